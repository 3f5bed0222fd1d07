"""What lies in a queue of a Redis, and who may read it."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import kombu
import pytest
import redis as redis_py

from mqworker.brokers.kombu import KombuOptions
from mqworker.core.errors import Misconfigured
from mqworker.core.message import PlainProperties, Publication
from mqworker.publishers.kombu import KombuPublisher
from mqworker.sources.redis import RedisSource
from tests.integration.redis_traffic import await_some, bodies, options
from tests.services.program import free_port
from tests.services.redis import Redis


@pytest.fixture
def queue() -> str:
    return f"q-{uuid.uuid4().hex}"


@pytest.fixture
def client(redis: Redis) -> Iterator[redis_py.Redis]:
    with closing(redis_py.Redis.from_url(redis.url)) as client:
        yield client


def test_an_event_that_a_shipper_pushed_into_the_list_comes_as_it_is_and_comes_back(
    redis: Redis, client: redis_py.Redis, queue: str
) -> None:
    pushed = [b'{"summary":"plain"}', b"\xff\x00 no JSON", b"[" * 5000, b'{"body":"x"}', b"1"]
    for entry in pushed:
        client.lpush(queue, entry)
    with closing(RedisSource(options(redis.url, queue))) as source:
        assert bodies(await_some(source, len(pushed))) == pushed
    with closing(RedisSource(options(redis.url, queue))) as source:
        got = await_some(source, len(pushed))
        assert bodies(got) == pushed
        source.settle([delivery.tag for delivery in got])


def test_kombus_own_producer_is_understood_with_priorities_and_compression(
    redis: Redis, queue: str
) -> None:
    with kombu.Connection(redis.url) as connection, connection.channel() as channel:
        exchange = kombu.Exchange(queue, type="direct")
        kombu.Queue(queue, exchange, queue, channel=channel).declare()
        producer = kombu.Producer(channel, exchange, queue)
        producer.publish({"n": 1}, priority=9, message_id="one", app_id="shop")
        producer.publish({"n": 2}, compression="gzip", headers={"a": [1]}, timestamp=1700000000)
    with closing(RedisSource(options(redis.url, queue))) as source:
        second, first = await_some(source, 2)
        source.settle([first.tag, second.tag])
    assert (first.body, second.body) == (b'{"n": 1}', b'{"n": 2}')
    assert (first.properties.message_id, first.properties.app_id) == ("one", "shop")
    assert first.properties.content_type == "application/json"
    assert second.properties.headers == {"a": [1]}
    assert second.properties.timestamp == 1700000000


def test_a_wrong_password_is_a_misconfiguration_at_the_first_connection_only(
    redis_node: Callable[[], Redis], queue: str
) -> None:
    node = redis_node()
    with closing(redis_py.Redis.from_url(node.url)) as client:
        right = node.url.replace("redis://", "redis://:right@")
        client.config_set("requirepass", "right")
        with closing(RedisSource(options(right, queue))) as source:
            assert source.receive(1, 0.1) == []
            client.config_set("requirepass", "changed")
            client.client_kill_filter(_type="normal", skipme=True)
            assert source.receive(1, 0.1) == []
    with (
        closing(RedisSource(options(right, queue))) as source,
        pytest.raises(Misconfigured, match="Redis refuses"),
    ):
        source.receive(1, 1)


def test_tls_is_verified_by_the_authority_that_was_named_and_else_refused(
    redis_node: Callable[[], Redis], queue: str, tmp_path: Path
) -> None:
    argv = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    argv += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    argv += ["-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(argv, cwd=tmp_path, check=True, capture_output=True)
    node, port = redis_node(), free_port()
    with closing(redis_py.Redis.from_url(node.url)) as client:
        names = {"cert-file": "cert.pem", "key-file": "key.pem", "ca-cert-file": "cert.pem"}
        files = [word for name in names for word in (f"tls-{name}", str(tmp_path / names[name]))]
        client.execute_command("CONFIG", "SET", *files, "tls-auth-clients", "no")
        client.config_set("tls-port", port)
    authority = {"ca_file": tmp_path / "cert.pem"}

    choice = KombuOptions((f"rediss://localhost:{port}/0",), queue, (queue,), **authority)
    with closing(KombuPublisher(choice)) as publisher, closing(RedisSource(choice)) as source:
        publisher.publish([Publication(b"{}", PlainProperties(), queue, queue)])
        assert bodies(await_some(source, 1)) == [b"{}"]

    unknown = KombuOptions((f"rediss://localhost:{port}/0",))
    other_name = KombuOptions((f"rediss://127.0.0.1:{port}/0",), **authority)
    for refused in (unknown, other_name):
        with (
            closing(RedisSource(refused)) as source,
            pytest.raises(Misconfigured, match="CERTIFICATE_VERIFY_FAILED"),
        ):
            source.receive(1, 0.1)


def test_a_prefix_keeps_two_users_of_one_redis_apart(
    redis: Redis, client: redis_py.Redis, queue: str
) -> None:
    url = f"{redis.url}?global_keyprefix=a."
    choice = KombuOptions((url,), queue, (queue,))
    with closing(KombuPublisher(choice)) as publisher, closing(RedisSource(choice)) as source:
        publisher.publish([Publication(b"{}", PlainProperties(), queue, queue)])
        assert client.llen(f"a.{queue}") == 1
        (got,) = await_some(source, 1)
        assert client.hlen(f"a.{queue}.held") == 1
        source.settle([got.tag])
        assert client.exists(f"a.{queue}.held") == 0
