"""What a memory in Redis does when Redis is away, or is not what it was."""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest
import redis as redis_py

from mqworker.core.errors import MemoryUnavailable, Misconfigured
from mqworker.memories.redis import RedisMemory
from mqworker.memories.redis_server import RedisMemoryOptions
from tests.integration.redis_memories import await_exchange, ids, users
from tests.proxy import Proxy
from tests.services.redis import Redis
from tests.sightings import IDENTITY, batch

HOUR_MS = 3_600_000


@pytest.fixture
def options(redis: Redis) -> RedisMemoryOptions:
    return RedisMemoryOptions(redis.url, f"m-{uuid.uuid4().hex}", timeout_s=1)


@pytest.fixture
def client(redis: Redis) -> Iterator[redis_py.Redis]:
    with closing(redis_py.Redis.from_url(redis.url)) as client:
        yield client


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_restarted_redis_is_met_again_and_has_everything(
    redis: Redis, options: RedisMemoryOptions, end: str
):
    with users(options, 2) as (memory, other):
        memory.exchange(batch("before"))
        getattr(redis, end)()
        began = time.monotonic()
        with pytest.raises(MemoryUnavailable):
            memory.exchange(batch("during"))
        assert time.monotonic() - began < 3
        redis.start()
        assert ["after"] == ids(await_exchange(memory, "after"))
        assert ["before", "after"] == ids(other.exchange([]))


def test_a_silent_redis_is_an_outage_within_the_time_limit(
    client: redis_py.Redis, options: RedisMemoryOptions
):
    pid = client.info("server")["process_id"]
    with users(options, 1) as (memory,):
        os.kill(pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            with pytest.raises(MemoryUnavailable, match=r"[Tt]imeout"):
                memory.exchange(batch("a"))
            assert time.monotonic() - began < 3
        finally:
            os.kill(pid, signal.SIGCONT)
        # The first one may have been done after all: told as another's, and again as our own.
        assert ids(await_exchange(memory, "a")) in (["a"], ["a", "a"])


def test_a_connection_that_breaks_costs_no_more_than_one_call(redis: Redis):
    where = urlsplit(redis.url)
    with Proxy(str(where.hostname), where.port or 6379) as proxy:
        options = RedisMemoryOptions(f"redis://127.0.0.1:{proxy.port}/0", f"m-{uuid.uuid4().hex}")
        with users(options, 1) as (memory,):
            for number in range(5):
                assert proxy.cut() > 0
                found = ids(await_exchange(memory, f"{number}"))
                assert f"{number}" == found[-1]


def last_names(client: redis_py.Redis, key: str, count: int) -> list[bytes]:
    return [name for name, _ in client.xrevrange(f"{key}:v1", count=count)]


def test_what_redis_lost_of_its_last_writes_is_appended_again_by_who_is_there(
    client: redis_py.Redis, options: RedisMemoryOptions
):
    with users(options, 2) as (memory, other):
        memory.exchange(batch("kept"))
        memory.exchange(batch("lost1"))
        memory.exchange(batch("lost2"))
        client.xdel(f"{options.key}:v1", *last_names(client, options.key, 4))
        assert ["kept"] == ids(other.exchange([]))
        found = ids(memory.exchange(batch("new")))
        assert ["kept", "new", "lost1", "lost2"] == found
        assert ["new", "lost1", "lost2"] == ids(other.exchange([]))
        assert [] == memory.exchange([])


def test_a_log_whose_ids_go_back_is_read_anew_and_goes_on_beyond_what_was_read(
    client: redis_py.Redis, options: RedisMemoryOptions
):
    key, future = f"{options.key}:v1", int(time.time() * 1000) + HOUR_MS
    client.xadd(key, {"m": "x"}, id=f"{future}-0")
    with users(options, 3) as (one, two, three):
        before = one.exchange(batch("lost"))
        two.exchange([])
        client.delete(key)
        theirs = three.exchange(batch("theirs"))  # notices nothing but that its mark is gone
        mine = two.exchange(batch("mine"))
        healed = one.exchange([])
        later = [entry for each in (one, two, three) for entry in each.exchange(batch("later"))]
    assert [["theirs"], ["theirs", "mine"]] == [ids(theirs), ids(mine)]
    assert ["theirs", "mine", "lost"] == ids(healed)
    assert min(entry.position for entry in later) > before[0].position
    with closing(RedisMemory(options, IDENTITY)) as late:
        whole = late.exchange([])
    positions = [entry.position for entry in whole]
    assert sorted(set(positions)) == positions
    assert {"theirs", "mine", "lost", "later"} == set(ids(whole))


def test_what_others_forgot_meanwhile_is_not_appended_again(options: RedisMemoryOptions):
    with users(options, 2) as (sleeper, other):
        sleeper.exchange(batch("mine"))
        for number in range(40):
            entry = other.exchange(batch(f"{number}", 200))[-1]
            other.forget(entry.position)
        sleeper.exchange([])
        assert "mine" not in ids(other.exchange([]))


def test_an_entry_that_can_not_be_read_stops_who_comes_before_anything_is_appended(
    client: redis_py.Redis, options: RedisMemoryOptions
):
    with users(options, 1) as (memory,):
        client.xadd(f"{options.key}:v1", {"b": b"\x01garbage"})
        length = client.xlen(f"{options.key}:v1")
        with pytest.raises(Misconfigured, match=r"entry \d+ is damaged"):
            memory.exchange([])
        for _ in range(3):
            with pytest.raises(Misconfigured, match=r"entry \d+ is damaged"):
                memory.exchange(batch("a"))
        blobs = [fields for _, fields in client.xrange(f"{options.key}:v1") if b"b" in fields]
    assert 1 == len(blobs)
    assert client.xlen(f"{options.key}:v1") - length < 5
