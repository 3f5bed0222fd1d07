from __future__ import annotations

import subprocess
import sys
import zlib
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import kombu
import kombu.transport.filesystem as kombu_filesystem
import kombu.transport.memory as kombu_memory
import pytest

from mqworker.brokers.kombu import KombuOptions
from mqworker.core.backoff import Backoff
from mqworker.core.errors import BrokerUnavailable, Misconfigured
from mqworker.core.message import Delivery, PlainProperties, Publication
from mqworker.publishers.kombu import KombuPublisher
from mqworker.sources.kombu import KombuSource
from mqworker.sources.redis import RedisSource

NOBODY = "redis://127.0.0.1:1/0"
QUICK = Backoff(0.01, 0.02)


def options(url: str) -> KombuOptions:
    return KombuOptions((url,), "q", ("q",), backoff=QUICK)


def publish(url: str, *bodies: bytes) -> None:
    with closing(KombuPublisher(options(url))) as publisher:
        publisher.publish([Publication(body, PlainProperties(), "q", "q") for body in bodies])


def take(source: KombuSource, count: int) -> list[Delivery]:
    taken: list[Delivery] = []
    for _ in range(100):
        taken += source.receive(count - len(taken), 0.05)
        if len(taken) == count:
            break
    return taken


@pytest.fixture
def url() -> str:
    return "memory://"


@pytest.fixture(autouse=True)
def forget() -> None:
    """Clear what kombu keeps in the process, over all connections."""
    kombu_memory.Channel.queues.clear()
    kombu_filesystem.Transport.global_state.clear()
    kombu_memory.Transport.global_state.clear()


def test_a_connection_lost_is_a_new_channel_and_tags_of_the_old_one_are_ignored(
    tmp_path: Path,
) -> None:
    spool = tmp_path / "spool"
    url = f"filesystem://{spool}"
    publish(url, b"1")
    with closing(KombuSource(options(url))) as source:
        (old,) = take(source, 1)
        spool.rename(tmp_path / "away")
        assert source.receive(1, 0.1) == []
        (tmp_path / "away").rename(spool)
        publish(url, b"2")
        (new,) = take(source, 1)
        source.settle([old.tag])
    assert (old.tag.channel, new.tag.channel) == (1, 2)
    with closing(KombuSource(options(url))) as source:
        assert [each.body for each in take(source, 1)] == [b"2"]


def test_the_filesystem_loses_what_a_killed_worker_held_as_the_table_says(tmp_path: Path) -> None:
    url = f"filesystem://{tmp_path}"
    publish(url, b"1", b"2", b"3")
    program = f"""
import os
from mqworker.brokers.kombu import KombuOptions
from mqworker.sources.kombu import KombuSource
source = KombuSource(KombuOptions(({url!r},), "q", ("q",)))
assert len(source.receive(1, 5)) == 1
os.kill(os.getpid(), 9)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    with closing(KombuSource(options(url))) as source:
        assert len(take(source, 3)) == 2


def test_what_kombu_compressed_comes_expanded_and_is_put_back_as_it_was(url: str) -> None:
    with closing(KombuSource(options(url))) as source:
        source.receive(0, 0)
        with kombu.Connection(url) as connection:
            producer = kombu.Producer(connection, kombu.Exchange("q"), "q")
            producer.publish({"n": 1}, compression="gzip")
        (first,) = take(source, 1)
    with closing(KombuSource(options(url))) as source:
        (second,) = take(source, 1)
    assert {first.body, second.body} == {b'{"n": 1}'}
    assert second.redelivered


def test_a_body_that_kombu_could_not_read_is_handed_over_and_harms_no_other(url: str) -> None:
    broken = {"delivery_tag": "x", "body_encoding": "base64", "delivery_info": {}}
    bomb = {"delivery_tag": "y", "delivery_info": {}}
    with closing(KombuSource(options(url))) as source:
        source.receive(0, 0)
        queue = kombu_memory.Channel.queues["q"]
        queue.put({"body": "no base64!", "headers": {}, "properties": broken})
        queue.put(
            {
                "body": zlib.compress(b"[]")[:-2].decode("latin-1"),
                "headers": {"compression": "gzip"},
                "properties": bomb,
            }
        )
        publish(url, b"good")
        taken = take(source, 3)
        source.settle([each.tag for each in taken])
    assert [each.body for each in taken][::2] == [b"no base64!", b"good"]


def test_a_redis_is_never_read_by_kombus_own_consumer() -> None:
    with pytest.raises(ValueError, match=r"mqworker\.sources\.redis"):
        KombuSource(options("redis+socket:///run/redis.sock"))


def test_a_redis_that_does_not_answer_is_an_outage_also_at_the_first_connection() -> None:
    with closing(RedisSource(options(NOBODY))) as source:
        assert [source.receive(10, 0.05) for _ in range(3)] == [[], [], []]
        source.settle([])


def test_a_publisher_says_that_the_broker_does_not_answer_without_the_password() -> None:
    name = uuid4().hex
    with closing(KombuPublisher(options(f"redis://:{name}@127.0.0.1:1/0"))) as publisher:
        for _ in range(2):
            with pytest.raises(BrokerUnavailable, match="refused") as caught:
                publisher.publish([Publication(b"", PlainProperties(), "", "q")])
            assert name not in str(caught.value)


def test_a_url_that_makes_no_sense_is_told_when_the_source_is_made() -> None:
    with pytest.raises(Misconfigured, match="filesystem"):
        KombuSource(options("filesystem://relative"))


@pytest.mark.skipif(find_spec("kazoo") is not None, reason="kazoo is installed here")
def test_a_package_that_a_transport_misses_late_is_told_at_the_first_receive() -> None:
    with (
        closing(KombuSource(options("zookeeper://127.0.0.1:1/"))) as source,
        pytest.raises(Misconfigured, match="pip install"),
    ):
        source.receive(1, 0.1)


def test_a_database_that_redis_does_not_have_is_told_without_a_connection_tried_twice() -> None:
    with (
        closing(RedisSource(options("redis://127.0.0.1:1/first"))) as source,
        pytest.raises(Misconfigured, match="first"),
    ):
        source.receive(1, 0.1)
