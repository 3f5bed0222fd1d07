"""Which Redis a memory accepts, and that an exchange is one round trip."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis as redis_py

from mqworker.core.errors import MemoryUnavailable, Misconfigured
from mqworker.memories.redis import RedisMemory
from mqworker.memories.redis_server import RedisMemoryOptions
from tests.certificates import Authority
from tests.integration.redis_memories import ids, users
from tests.proxy import Proxy
from tests.services.program import Program, free_port
from tests.services.redis import Redis
from tests.sightings import IDENTITY, batch


@pytest.fixture
def options(redis: Redis) -> RedisMemoryOptions:
    return RedisMemoryOptions(redis.url, f"m-{uuid.uuid4().hex}", timeout_s=1)


@pytest.fixture
def client(redis: Redis) -> Iterator[redis_py.Redis]:
    with closing(redis_py.Redis.from_url(redis.url)) as client:
        yield client


def test_own_sightings_are_given_back_as_they_are_and_not_decoded(options: RedisMemoryOptions):
    mine = batch("a")
    with users(options, 1) as (memory,):
        assert memory.exchange(mine)[0].sightings is mine


@pytest.mark.parametrize("new", [0, 100])
def test_an_exchange_is_one_round_trip_however_much_is_new(redis: Redis, new: int):
    where = urlsplit(redis.url)
    with Proxy(str(where.hostname), where.port or 6379) as proxy:
        options = RedisMemoryOptions(f"redis://127.0.0.1:{proxy.port}/0", f"m-{uuid.uuid4().hex}")
        with users(options, 2) as (slow, other):
            for number in range(new):
                other.exchange(batch(f"{number}"))
            proxy.delay_s = 0.5
            began = time.monotonic()
            slow.exchange(batch("mine"))
            took_s = time.monotonic() - began
            proxy.delay_s = 0
    # Held up once on the way there, and for each piece of the answer on the way back.
    assert 1 <= took_s < 1.9


@pytest.mark.parametrize(
    ("setting", "value", "commands"),
    [
        ("appendonly", "no", "CONFIG SET appendonly yes; CONFIG REWRITE"),
        ("maxmemory-policy", "allkeys-lru", "CONFIG SET maxmemory-policy noeviction; "),
    ],
)
def test_a_redis_that_would_lose_what_it_is_given_is_refused_with_what_mends_it(
    redis_node: Callable[[], Redis], setting: str, value: str, commands: str
):
    node = redis_node()
    with closing(redis_py.Redis.from_url(node.url)) as client:
        client.config_set(setting, value)
        with (
            closing(RedisMemory(RedisMemoryOptions(node.url), IDENTITY)) as memory,
            pytest.raises(Misconfigured, match=commands),
        ):
            memory.exchange([])
        assert [] == client.keys("*")


def test_a_user_who_may_use_the_stream_and_ask_for_info_needs_no_other_right(
    client: redis_py.Redis, options: RedisMemoryOptions
):
    rights = ["+xadd", "+xrange", "+xtrim", "+multi", "+exec", "+info"]
    name = f"u-{uuid.uuid4().hex}"
    client.acl_setuser(name, True, passwords=["+secret"], keys=["m-*"], commands=rights)
    try:
        with users(replace(options, user=name, password="secret"), 1) as (memory,):  # noqa: S106
            for number in range(40):
                (entry,) = memory.exchange(batch(f"{number}"))
                memory.forget(entry.position)
    finally:
        client.acl_deluser(name)


@pytest.mark.parametrize("refused", ["password", "right", "key"])
def test_a_redis_that_refuses_for_good_is_told_as_such_without_the_password(
    client: redis_py.Redis, options: RedisMemoryOptions, refused: str
):
    name = f"u-{uuid.uuid4().hex}"
    commands = ["+@all", "-xadd"] if refused == "right" else ["+@all"]
    client.acl_setuser(name, True, passwords=["+secret"], keys=["m-*"], commands=commands)
    client.set(f"{options.key}:v1" if refused == "key" else "unused", "x")
    given = replace(options, user=name, password="mistaken" if refused == "password" else "secret")
    try:
        with (
            closing(RedisMemory(given, IDENTITY)) as memory,
            pytest.raises(Misconfigured, match="refuses") as caught,
        ):
            memory.exchange([])
        assert "secret" not in str(caught.value)
        assert "mistaken" not in str(caught.value)
    finally:
        client.acl_deluser(name)


def test_a_replica_is_told_as_one_and_not_written_to(redis_node: Callable[[], Redis]):
    primary, other = urlsplit(redis_node().url), redis_node()
    with closing(redis_py.Redis.from_url(other.url)) as client:
        client.replicaof(str(primary.hostname), str(primary.port))
        with (
            closing(RedisMemory(RedisMemoryOptions(other.url), IDENTITY)) as memory,
            pytest.raises(MemoryUnavailable, match="is a replica"),
        ):
            memory.exchange([])


def test_a_full_redis_is_an_outage_and_what_others_appended_is_told_after_it(
    redis_node: Callable[[], Redis],
):
    node = redis_node()
    with (
        closing(redis_py.Redis.from_url(node.url)) as client,
        users(RedisMemoryOptions(node.url), 2) as (memory, other),
    ):
        other.exchange(batch("theirs"))
        client.config_set("maxmemory", 1)
        with pytest.raises(MemoryUnavailable, match="does not serve"):
            memory.exchange(batch("mine"))
        client.config_set("maxmemory", 0)
        assert ["theirs", "mine"] == ids(memory.exchange(batch("mine")))


def test_a_redis_behind_tls_is_met_when_its_certificate_is_trusted_only(
    redis_node: Callable[[], Redis], tmp_path: Path
):
    node = redis_node()
    if not isinstance(node.lifecycle, Program):
        pytest.skip("a Redis elsewhere does not see this directory")
    authority = Authority(tmp_path)
    server = authority.issue("server", "IP:127.0.0.1")
    stranger = Authority(tmp_path / "stranger").root.certificate
    port = free_port()
    with closing(redis_py.Redis.from_url(node.url)) as client:
        client.config_set(
            "tls-cert-file", str(server.certificate), "tls-key-file", str(server.key),
            "tls-ca-cert-file", str(authority.root.certificate), "tls-auth-clients", "no",
            "tls-port", str(port),
        )  # fmt: skip
    url = f"rediss://127.0.0.1:{port}/0"
    with users(RedisMemoryOptions(url, ca_file=authority.root.certificate), 1) as (memory,):
        assert ["a"] == ids(memory.exchange(batch("a")))
    with (
        closing(RedisMemory(RedisMemoryOptions(url, ca_file=stranger), IDENTITY)) as memory,
        pytest.raises(Misconfigured, match="CERTIFICATE"),
    ):
        memory.exchange([])
