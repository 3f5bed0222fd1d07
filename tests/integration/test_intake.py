"""`mqworker intake` before a real broker: what is answered with success is in the queue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest

from mqworker.brokers.rabbitmq import RabbitmqOptions
from mqworker.core.message import Delivery
from mqworker.sources.rabbitmq import RabbitmqSource
from mqworker.sources.redis import RedisSource
from tests.daemons import READY_EMBEDDED, Daemon, await_condition
from tests.intakes import TAKES, IntakeDaemon
from tests.integration.pairs import Embedded
from tests.integration.redis_traffic import await_some, options
from tests.services.rabbitmq import Rabbitmq
from tests.services.redis import Redis

StartIntake = Callable[..., IntakeDaemon]


@pytest.fixture
def broker(rabbitmq: Rabbitmq) -> Iterator[str]:
    with rabbitmq.vhost() as url:
        yield url


def taken(url: str, count: int, queue: str = "eventtask") -> list[Delivery]:
    """Take so many messages out of a queue."""
    found: list[Delivery] = []
    options = RabbitmqOptions(urls=(url,), queue=queue, exchanges=())
    with closing(RabbitmqSource(options)) as source:
        await_condition(lambda: found.extend(source.receive(100, 1)) or len(found) >= count, 20)
        source.settle([each.tag for each in found])
    return found


def test_events_of_every_route_are_in_the_queue_when_it_says_so(
    start_intake: StartIntake, broker: str
) -> None:
    intake = start_intake("--broker", broker)
    intake.await_words(TAKES)

    statuses = [
        intake.ask("POST", "/events", b'{"summary": "a"}').status,
        intake.ask("PUT", "/nxlog/", b'{"summary": "b"}').status,
        intake.ask("POST", "/cef/", b'{"summary": "c"}').status,
        intake.ask("POST", "/custom/app", b'{"summary": "d"}').status,
        intake.ask("POST", "/_bulk", b'{"index":{}}\n{"summary": "e"}\n').status,
    ]

    assert [200] * 5 == statuses
    found = taken(broker, 5)
    assert [
        {"summary": "a", "endpoint": "events"},
        {"summary": "b", "endpoint": "events"},
        {"summary": "c", "endpoint": "cef"},
        {"summary": "d", "endpoint": "app", "customendpoint": True},
        {"summary": "e"},
    ] == sorted((orjson.loads(each.body) for each in found), key=lambda event: event["summary"])
    assert {2} == {each.properties.delivery_mode for each in found}
    assert 5 == len({each.properties.message_id for each in found})
    assert all(each.properties.timestamp for each in found)


def test_what_can_not_be_used_is_dead_lettered_before_nxlog_is_told_so(
    start_intake: StartIntake, broker: str
) -> None:
    intake = start_intake("--broker", broker)
    intake.await_words(TAKES)

    told = [intake.ask("POST", "/nxlog", body).status for body in (b"{", b'[{"n":1},2]')]

    assert [202, 202] == told
    letters = taken(broker, 2, "eventtask.dead")
    assert [b"{", b"2"] == [each.body for each in letters]
    assert all((each.properties.headers or {})["x-mqworker-reason"] for each in letters)
    assert 1 == len(taken(broker, 1))


def test_events_go_to_redis_as_well(start_intake: StartIntake, redis: Redis) -> None:
    queue = f"q-{uuid4().hex}"
    flags = ("--queue", queue, "--exchange", queue)
    intake = start_intake("--broker", f"{redis.url}?socket_timeout=1", *flags)
    intake.await_words(TAKES)

    assert [200, 202] == [
        intake.ask("POST", "/events", b'{"n":1}').status,
        intake.ask("POST", "/nxlog", b"{").status,
    ]
    with closing(RedisSource(options(redis.url, queue))) as source:
        (found,) = await_some(source, 1)
    assert b'{"n":1,"endpoint":"events"}' == found.body
    redis.stop()
    assert 503 == intake.ask("POST", "/events", b'{"n":2}').status
    redis.start()
    await_condition(lambda: intake.ask("POST", "/events", b'{"n":2}').status == 200, 20)


LOG_RECORD = {
    "timeUnixNano": "1795413524050446300",
    "severityNumber": 13,
    "severityText": "WARN",
    "body": {"stringValue": "login failed"},
    "attributes": [{"key": "username", "value": {"stringValue": "joe"}}],
}


def test_what_goes_in_by_http_comes_out_as_documents(
    start_intake: StartIntake, start_daemon: Callable[..., Daemon], tmp_path: Path
) -> None:
    pair = Embedded(tmp_path, "x")
    intake = start_intake("--broker", pair.broker)
    intake.await_words(TAKES)
    start_daemon(*pair.flags).await_words(READY_EMBEDDED)
    exported = {
        "resourceLogs": [
            {
                "resource": {
                    "attributes": [{"key": "host.name", "value": {"stringValue": "web1"}}]
                },
                "scopeLogs": [{"logRecords": [LOG_RECORD]}],
            }
        ]
    }

    intake.ask("POST", "/events", b'{"summary":"plain","severity":"info"}')
    intake.ask("POST", "/custom/app", b'{"summary":"custom","mine":7}')
    intake.ask("POST", "/_bulk", b'{"create":{"_id":"a"}}\n{"log":"bulk","date":1795413984.8}\n')
    intake.ask("POST", "/v1/logs", orjson.dumps(exported))

    await_condition(lambda: pair.stored() == 4, 30)
    found = documents(pair)
    assert ("INFO", "events") == (
        found["plain"]["severity"],
        found["plain"]["details"]["endpoint"],
    )
    assert 7 == found["custom"]["mine"]
    assert "2026-11-23T06:06:24.8" in found["bulk"]["timestamp"]
    assert ("WARNING", "web1", "joe") == (
        found["login failed"]["severity"],
        found["login failed"]["hostname"],
        found["login failed"]["details"]["username"],
    )
    assert found["login failed"]["timestamp"].startswith("2026-11-23T05:58:44.05")


def documents(pair: Embedded) -> dict[str, dict[str, Any]]:
    """Return the stored documents by their summaries."""
    found = [orjson.loads(source) for (source,) in pair.ask("SELECT source FROM documents")]
    return {each["summary"]: each for each in found}
