"""`mqworker deadletter` over a Redis: looked at, put back, removed."""

from __future__ import annotations

import json
from contextlib import closing
from uuid import uuid4

import pytest
from click.testing import CliRunner

from mqworker.brokers.kombu import KombuOptions
from mqworker.cli import main
from mqworker.core.deadletter import Grave
from mqworker.core.message import Delivery, PlainProperties, Publication
from mqworker.publishers.kombu import KombuPublisher
from mqworker.sources.redis import RedisSource
from tests.services.redis import Redis

pytestmark = pytest.mark.services
LETTERS = 450


def take(url: str, queue: str, count: int) -> list[Delivery]:
    """Take messages for good."""
    taken: list[Delivery] = []
    with closing(RedisSource(KombuOptions((url,), queue=queue, exchanges=()))) as source:
        while len(taken) < count and (deliveries := source.receive(count, 5)):
            source.settle([each.tag for each in deliveries])
            taken += deliveries
    return taken


def test_dead_letters_in_redis_are_looked_at_put_back_and_removed(redis: Redis) -> None:
    queue = f"events-{uuid4().hex}"
    dead = Grave(queue).dead_queue
    bodies = [b'{"summary": "%d"}' % n if n % 2 else b"no JSON %d" % n for n in range(LETTERS)]
    with closing(KombuPublisher(KombuOptions((redis.url,), queue=queue))) as publisher:
        publisher.publish([Publication(each, PlainProperties(), "", dead) for each in bodies])

    def command(name: str, *args: str) -> dict[str, int]:
        where = ["--config", "/dev/null", "--broker", redis.url, "--queue", queue, "--json"]
        result = CliRunner().invoke(main, ["deadletter", name, *where, *args])
        assert 0 == result.exit_code, result.output
        told: dict[str, int] = json.loads(result.stdout)
        return told

    for _ in range(2):
        told = command("list")
        assert (LETTERS, LETTERS) == (told["letters"], told["ready"])
    told = command("replay", "--passing", "--rate", "100000")
    assert (LETTERS // 2, LETTERS // 2) == (told["replayed"], told["left"])
    assert LETTERS // 2 == command("purge", "--yes")["removed"]

    replayed = take(redis.url, queue, LETTERS // 2)
    assert bodies[1::2] == [each.body for each in replayed]
    assert {1} == {(each.properties.headers or {})["x-mqworker-replays"] for each in replayed}
    assert 0 == command("list")["ready"]
