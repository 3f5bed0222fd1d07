"""`mqworker intake` before a real broker: what is answered with success is in the queue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import orjson
import pytest

from mqworker.brokers.rabbitmq import RabbitmqOptions
from mqworker.core.message import Delivery
from mqworker.sources.rabbitmq import RabbitmqSource
from tests.daemons import await_condition
from tests.intakes import TAKES, IntakeDaemon
from tests.services.rabbitmq import Rabbitmq

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
