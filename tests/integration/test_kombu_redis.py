"""What RedisSource keeps when a worker, or Redis, dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import redis as redis_py

from mqworker.sources.redis import RedisSource
from tests.integration.redis_traffic import LEASE_S, await_some, bodies, options, publish
from tests.services.redis import Redis

# A worker that stores what it receives into a file, and settles what is stored, a little late. It
# takes 250 at most: who kills it may be slow.
WORKER = """
import sys
from mqworker.brokers.kombu import KombuOptions
from mqworker.sources.redis import RedisSource

url, queue, path = sys.argv[1:]
source = RedisSource(KombuOptions((url,), queue=queue, prefetch=200))
stored, left = [], 250
with open(path, "ab", buffering=0) as store:
    while True:
        for delivery in source.receive(min(left, 50), 0.1):
            store.write(delivery.body + b"\\n")
            stored.append(delivery.tag)
            left -= 1
        source.settle(stored[:-20])
        stored = stored[-20:]
"""


@pytest.fixture
def queue() -> str:
    return f"q-{uuid.uuid4().hex}"


@pytest.fixture
def client(redis: Redis) -> Iterator[redis_py.Redis]:
    with closing(redis_py.Redis.from_url(redis.url)) as client:
        yield client


@contextmanager
def worker(url: str, queue: str, store: Path) -> Iterator[subprocess.Popen[bytes]]:
    argv = [sys.executable, "-c", WORKER, f"{url}?visibility_timeout={LEASE_S}", queue, str(store)]
    with subprocess.Popen(argv) as process:
        try:
            yield process
        finally:
            process.kill()


def await_lines(store: Path, count: int, limit_s: float = 20) -> None:
    until = time.monotonic() + limit_s
    while store.read_bytes().count(b"\n") < count:
        assert time.monotonic() < until
        time.sleep(0.005)


def test_workers_killed_in_the_middle_lose_nothing_and_double_only_what_is_flagged(
    redis: Redis, client: redis_py.Redis, queue: str, tmp_path: Path
) -> None:
    published = publish(redis.url, queue, 3000)
    store = tmp_path / "store"
    store.touch()
    for _ in range(10):
        with worker(redis.url, queue, store) as process:
            await_lines(store, store.read_bytes().count(b"\n") + 200)
            process.kill()
        assert client.hlen(f"{queue}.held") > 0
    stored = store.read_bytes().splitlines()
    assert len(set(stored)) < len(published)

    with closing(RedisSource(options(redis.url, queue))) as source:
        rest = []
        until = time.monotonic() + 30
        while set(stored) | set(bodies(rest)) != set(published) or client.hlen(f"{queue}.held"):
            assert time.monotonic() < until
            rest += source.receive(500, 0.2)
            source.settle([delivery.tag for delivery in rest])

    doubled = {body for body, count in Counter([*stored, *bodies(rest)]).items() if count > 1}
    again = {delivery.body for delivery in rest if delivery.redelivered}
    once = [delivery.body for delivery in rest if not delivery.redelivered]
    assert doubled & set(once) == set()
    assert again
    assert client.llen(queue) == 0


def test_what_a_killed_worker_held_comes_back_when_its_leases_end(
    redis: Redis, client: redis_py.Redis, queue: str, tmp_path: Path
) -> None:
    publish(redis.url, queue, 10)
    store = tmp_path / "store"
    store.touch()
    with worker(redis.url, queue, store) as process:
        await_lines(store, 10)
        process.kill()
    killed = time.monotonic()
    assert client.llen(queue) == 0

    with closing(RedisSource(options(redis.url, queue))) as source:
        got = await_some(source, 10)
        waited_s = time.monotonic() - killed
        assert [delivery.redelivered for delivery in got] == [True] * 10
        assert waited_s > LEASE_S / 2


def test_a_message_held_longer_than_its_lease_stays_held_while_the_worker_lives(
    redis: Redis, queue: str
) -> None:
    published = publish(redis.url, queue, 3)
    with (
        closing(RedisSource(options(redis.url, queue))) as holder,
        closing(RedisSource(options(redis.url, queue))) as other,
    ):
        held = await_some(holder, 3)
        until = time.monotonic() + 3 * LEASE_S
        while time.monotonic() < until:
            assert holder.receive(0, 0.1) == []
            assert other.receive(10, 0.1) == []
        assert bodies(held) == published


def test_a_worker_that_stands_still_loses_its_leases_and_may_settle_all_the_same(
    redis: Redis, client: redis_py.Redis, queue: str
) -> None:
    publish(redis.url, queue, 2)
    with (
        closing(RedisSource(options(redis.url, queue))) as still,
        closing(RedisSource(options(redis.url, queue))) as other,
    ):
        first, second = await_some(still, 2)
        again = await_some(other, 2)
        assert {delivery.body for delivery in again} == {first.body, second.body}
        still.settle([first.tag, second.tag])
        assert client.hlen(f"{queue}.held") == 2
        other.settle([delivery.tag for delivery in again])
        assert client.hlen(f"{queue}.held") == 0


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_restart_of_redis_in_mid_stream_neither_loses_nor_doubles(
    redis: Redis, queue: str, end: str
) -> None:
    published = publish(redis.url, queue, 1000)
    with closing(RedisSource(options(redis.url, queue))) as source:
        before = await_some(source, 400)
        getattr(redis, end)()
        assert source.receive(100, 0.3) == []
        source.settle([delivery.tag for delivery in before])
        redis.start()
        after = await_some(source, 600)
        source.settle([delivery.tag for delivery in after])

        assert bodies(before) + bodies(after) == published
        assert {delivery.tag.channel for delivery in [*before, *after]} == {1}
        assert await_some(source, 1, limit_s=2 * LEASE_S) == []


def test_a_redis_that_is_silent_is_left_and_met_again(
    redis: Redis, client: redis_py.Redis, queue: str
) -> None:
    published = publish(redis.url, queue, 20)
    pid = client.info("server")["process_id"]
    with closing(RedisSource(options(redis.url, queue))) as source:
        before = await_some(source, 10)
        os.kill(pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            assert source.receive(10, 0.1) == []
            assert time.monotonic() - began < 10
        finally:
            os.kill(pid, signal.SIGCONT)
        after = await_some(source, 10)
        source.settle([delivery.tag for delivery in [*before, *after]])
    # What Redis took out for the call that timed out comes back when its leases end.
    assert bodies(before) + bodies(after) == published
    assert {delivery.redelivered for delivery in after} == {True}


def test_a_full_redis_is_still_emptied(redis_node: Callable[[], Redis], queue: str) -> None:
    node = redis_node()
    published = publish(node.url, queue, 500)
    with (
        closing(redis_py.Redis.from_url(node.url)) as client,
        closing(RedisSource(options(node.url, queue))) as source,
    ):
        client.config_set("maxmemory", 1)
        with pytest.raises(redis_py.OutOfMemoryError):
            client.lpush(queue, "x")
        got = await_some(source, 500)
        source.settle([delivery.tag for delivery in got])
        assert bodies(got) == published
        assert client.hlen(f"{queue}.held") == 0
