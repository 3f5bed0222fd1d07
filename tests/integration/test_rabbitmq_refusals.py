"""What RabbitMQ refuses at first says what to do; the same later is an outage."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pika
import pytest

from mqworker.core.errors import Misconfigured
from tests.contract.traffic import bodies, numbered, take
from tests.integration.amqp import EXCHANGE, QUEUE, consuming, eventually, send
from tests.services.rabbitmq import Rabbitmq


@pytest.fixture
def url(rabbitmq: Rabbitmq) -> Iterator[str]:
    with rabbitmq.vhost() as url:
        yield url


def refusal(url: str, **changes: object) -> str:
    """Return what the first connection is refused with."""
    with consuming(url, **changes) as source, pytest.raises(Misconfigured) as caught:
        source.receive(1, 20.0)
    return str(caught.value)


def vhost_of(url: str) -> str:
    return urlsplit(url).path[1:]


def test_a_wrong_password_is_refused_and_not_shown(url: str) -> None:
    told = refusal(url.replace("guest:guest", "guest:hunter2"))

    assert "403 ACCESS_REFUSED" in told
    assert "check user and password" in told
    assert "hunter2" not in told


def test_a_missing_virtual_host_is_named_with_how_to_make_it(url: str) -> None:
    told = refusal(url + "x")

    assert f"530 NOT_ALLOWED - vhost {vhost_of(url)}x not found" in told
    assert "rabbitmqctl add_vhost" in told


def test_a_user_without_rights_is_told_how_to_get_them(rabbitmq: Rabbitmq, url: str) -> None:
    user = f"u-{vhost_of(url)}"
    rabbitmq.manage("PUT", f"/api/users/{user}", {"password": "p", "tags": ""})
    rights = {"configure": "^$", "write": "^$", "read": "^$"}
    rabbitmq.manage("PUT", f"/api/permissions/{vhost_of(url)}/{user}", rights)

    told = refusal(url.replace("guest:guest", f"{user}:p"))

    assert "403 ACCESS_REFUSED" in told
    assert "rabbitmqctl set_permissions" in told


def test_a_queue_with_foreign_arguments_is_refused_with_the_way_out(
    rabbitmq: Rabbitmq, url: str
) -> None:
    arguments = {"durable": True, "arguments": {"x-max-length": 9}}
    rabbitmq.manage("PUT", f"/api/queues/{vhost_of(url)}/{QUEUE}", arguments)

    told = refusal(url)

    assert "406 PRECONDITION_FAILED" in told
    assert "x-max-length" in told
    assert "--passive" in told
    assert "policy" in told


def test_a_queue_with_foreign_arguments_is_consumed_passively(rabbitmq: Rabbitmq, url: str) -> None:
    arguments = {"durable": True, "arguments": {"x-max-length": 9}}
    rabbitmq.manage("PUT", f"/api/queues/{vhost_of(url)}/{QUEUE}", arguments)
    message = {"properties": {}, "routing_key": QUEUE, "payload": "x", "payload_encoding": "string"}
    rabbitmq.manage("POST", f"/api/exchanges/{vhost_of(url)}/amq.default/publish", message)

    with consuming(url, passive=True) as source:
        assert [b"x"] == bodies(take(source, 1))


def test_a_queue_that_is_not_there_is_missed_passively(url: str) -> None:
    told = refusal(url, passive=True)

    assert f"404 NOT_FOUND - no queue '{QUEUE}'" in told
    assert "leave out --passive" in told


def test_passively_nothing_is_declared(rabbitmq: Rabbitmq, url: str) -> None:
    refusal(url, passive=True)

    exchanges = rabbitmq.manage("GET", f"/api/exchanges/{vhost_of(url)}").body
    assert EXCHANGE not in {each["name"] for each in exchanges}
    assert [] == rabbitmq.manage("GET", f"/api/queues/{vhost_of(url)}").body


def test_an_exchange_of_another_kind_is_refused_with_the_ways_out(
    rabbitmq: Rabbitmq, url: str
) -> None:
    other = {"type": "fanout", "durable": False}
    rabbitmq.manage("PUT", f"/api/exchanges/{vhost_of(url)}/{EXCHANGE}", other)

    told = refusal(url)

    assert f"inequivalent arg 'type' for exchange '{EXCHANGE}'" in told
    assert "--exchange" in told


def test_a_queue_that_another_connection_owns_alone_is_refused(url: str) -> None:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        connection.channel().queue_declare(QUEUE, durable=True, exclusive=True)

        assert "405 RESOURCE_LOCKED" in refusal(url)


def test_a_broker_that_speaks_http_is_an_outage_and_no_misconfiguration(
    rabbitmq: Rabbitmq, caplog: pytest.LogCaptureFixture
) -> None:
    assert rabbitmq.management_url is not None
    url = rabbitmq.management_url.replace("http:", "amqp:")
    with consuming(url, connect_timeout_s=0.3) as source:
        for _ in range(10):
            assert [] == source.receive(1, 0.2)
    assert "broker lost" in caplog.text


def test_nobody_listening_is_an_outage_that_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with consuming("amqp://guest:hunter2@127.0.0.1:1/") as source:
        for _ in range(10):
            assert [] == source.receive(1, 0.3)
    told = [record.getMessage() for record in caplog.records]

    assert 1 == len(told)
    assert "Connection refused" in told[0]
    assert "hunter2" not in told[0]


def test_after_the_first_success_a_refusal_is_an_outage_that_can_be_mended(
    rabbitmq: Rabbitmq, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    queue = f"/api/queues/{vhost_of(url)}/{QUEUE}"
    send(url, numbered(1))
    with consuming(url) as source:
        take(source, 1)
        rabbitmq.manage("DELETE", queue)
        foreign = {"durable": True, "arguments": {"x-max-length": 9}}
        rabbitmq.manage("PUT", queue, foreign)
        for _ in range(10):
            assert [] == source.receive(1, 0.2)
        assert "406 PRECONDITION_FAILED" in caplog.text

        rabbitmq.manage("DELETE", queue)
        eventually(lambda: source.receive(1, 0.2) or source.dialer.ready, expected=True)
        send(url, [b"mended"])
        assert [b"mended"] == bodies(take(source, 1))


def test_a_queue_is_declared_without_arguments_and_bound_to_both_exchanges(
    rabbitmq: Rabbitmq, url: str
) -> None:
    with consuming(url, exchanges=("eventtask", "mozdef")) as source:
        eventually(lambda: source.receive(1, 0.2) or source.dialer.ready, expected=True)
    (queue,) = rabbitmq.manage("GET", f"/api/queues/{vhost_of(url)}").body
    bindings = rabbitmq.manage("GET", f"/api/queues/{vhost_of(url)}/{QUEUE}/bindings").body
    exchanges = rabbitmq.manage("GET", f"/api/exchanges/{vhost_of(url)}").body
    kinds = {each["name"]: (each["type"], each["durable"]) for each in exchanges}

    assert (True, False, {}) == (queue["durable"], queue["auto_delete"], queue["arguments"])
    assert {("", QUEUE), ("eventtask", QUEUE), ("mozdef", QUEUE)} == {
        (each["source"], each["routing_key"]) for each in bindings
    }
    assert ("direct", True) == kinds["eventtask"] == kinds["mozdef"]


def test_a_second_consumer_with_old_declarations_is_not_disturbed(url: str) -> None:
    with consuming(url) as source:
        eventually(lambda: source.receive(1, 0.2) or source.dialer.ready, expected=True)
        with pika.BlockingConnection(pika.URLParameters(url)) as shipper:
            channel = shipper.channel()
            channel.exchange_declare(EXCHANGE, "direct", durable=True)
            channel.queue_declare(QUEUE, durable=True)
            channel.queue_bind(QUEUE, EXCHANGE, QUEUE)
            channel.basic_publish(EXCHANGE, QUEUE, b"old shipper")

        assert [b"old shipper"] == bodies(take(source, 1))
