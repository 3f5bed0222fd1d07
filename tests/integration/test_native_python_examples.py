"""The example programs for developers of applications, run as they are."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pika
import pytest
import redis as redis_py

from mqworker.brokers.kombu import KombuOptions
from mqworker.sources.redis import RedisSource
from tests.services.rabbitmq import Rabbitmq
from tests.services.redis import Redis

EXAMPLES = Path(__file__).parents[2] / "examples" / "native-python"
NAMES = ["publish_with_pika.py", "publish_with_kombu.py"]
EXPECTED = [("joe failed to log in", False), ("joe logged in", True)]


def run(name: str, url: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, str(EXAMPLES / name), url]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)


def told(bodies: list[bytes]) -> list[tuple[str, bool]]:
    events: list[dict[str, Any]] = [json.loads(body) for body in bodies]
    return [(event["summary"], event["details"]["success"]) for event in events]


@pytest.mark.parametrize("name", NAMES)
def test_an_example_publishes_events_that_are_persistent_and_have_an_identity(
    rabbitmq: Rabbitmq, name: str
) -> None:
    with rabbitmq.vhost() as url, closing(pika.BlockingConnection(pika.URLParameters(url))) as link:
        channel = link.channel()
        channel.exchange_declare("eventtask", "direct", durable=True)
        channel.queue_declare("eventtask", durable=True)
        channel.queue_bind("eventtask", "eventtask", "eventtask")
        done = run(name, url)
        assert (done.returncode, done.stderr) == (0, "")
        got = [channel.basic_get("eventtask", auto_ack=True) for _ in range(2)]
    assert told([body for _, _, body in got]) == EXPECTED
    assert {properties.delivery_mode for _, properties, _ in got} == {2}
    assert len({properties.message_id for _, properties, _ in got}) == 2


def test_the_pika_example_fails_when_no_queue_would_get_the_event(rabbitmq: Rabbitmq) -> None:
    with rabbitmq.vhost() as url, closing(pika.BlockingConnection(pika.URLParameters(url))) as link:
        link.channel().exchange_declare("eventtask", "direct", durable=True)
        done = run("publish_with_pika.py", url)
    assert done.returncode != 0
    assert "UnroutableError" in done.stderr


def test_the_kombu_example_publishes_to_redis_too(redis: Redis) -> None:
    url = redis.url.rpartition("/")[0] + "/7"
    done = run("publish_with_kombu.py", url)
    assert (done.returncode, done.stderr) == (0, "")
    with closing(RedisSource(KombuOptions((url,)))) as source:
        got = source.receive(10, 5)
        source.settle([delivery.tag for delivery in got])
    assert told([delivery.body for delivery in got]) == EXPECTED
    assert len({delivery.properties.message_id for delivery in got}) == 2
    with closing(redis_py.Redis.from_url(url)) as client:
        client.flushdb()
