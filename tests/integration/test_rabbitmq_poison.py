"""Properties that stop other clients: every message is handed over, whatever a sender wrote."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import pika
import pytest

from mqworker.brokers.content import UNREADABLE_HEADER
from mqworker.brokers.deliveries import ConsumerConnection
from mqworker.core.message import Publication
from mqworker.publishers.rabbitmq import RabbitmqPublisher
from tests.contract.traffic import bodies, take
from tests.integration.amqp import EXCHANGE, QUEUE, consuming, options, send
from tests.services.rabbitmq import Rabbitmq

HEADERS_ONLY = b"\x20\x00"
CONTENT_TYPE_ONLY = b"\x80\x00"


class Raw(pika.BasicProperties):  # type: ignore[misc] # pika has no types
    """Properties as the given bytes, flags first."""

    def __init__(self, raw: bytes) -> None:
        super().__init__()
        self.raw = raw

    def encode(self) -> list[bytes]:
        return [self.raw]


def sized(raw: bytes) -> bytes:
    return struct.pack(">I", len(raw)) + raw


def header(value: bytes) -> bytes:
    return HEADERS_ONLY + sized(b"\x01k" + value)


def nested(levels: int) -> bytes:
    value = b"V"
    for _ in range(levels):
        value = b"A" + sized(value)
    return value


POISON = {
    "a fraction": header(b"f" + struct.pack(">f", 1.5)),
    "a time in milliseconds": header(b"T" + struct.pack(">Q", 1_700_000_000_000)),
    "the last time there is": header(b"T\x7f" + b"\xff" * 7),
    "text that is not UTF-8": header(b"S" + sized(b"\xff\xfe")),
    "a name that is not UTF-8": HEADERS_ONLY + sized(b"\x02\xff\xfeV"),
    "a content type that is not UTF-8": CONTENT_TYPE_ONLY + b"\x02\xff\xfe",
    "deep nesting": header(nested(5000)),
}


@pytest.fixture
def url(rabbitmq: Rabbitmq) -> Iterator[str]:
    with rabbitmq.vhost() as url:
        yield url


def publish_raw(url: str, properties: Any, body: bytes) -> None:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish("", QUEUE, body, properties, mandatory=True)


@pytest.mark.parametrize("name", POISON)
def test_a_message_with_odd_properties_is_handed_over_like_any_other(url: str, name: str) -> None:
    send(url, [b"before"])
    publish_raw(url, Raw(POISON[name]), b"odd")
    send(url, [b"after"])

    with consuming(url) as source:
        deliveries = take(source, 3)
        source.settle([delivery.tag for delivery in deliveries])

        assert [b"before", b"odd", b"after"] == bodies(deliveries)
        assert source.channels == 1


@pytest.mark.parametrize("name", POISON)
def test_a_message_with_odd_properties_can_be_published_again(url: str, name: str) -> None:
    send(url, [])
    with consuming(url) as source:
        source.receive(0, 0.5)
        publish_raw(url, Raw(POISON[name]), b"odd")
        (first,) = take(source, 1)
        publisher = RabbitmqPublisher(options(url))
        publisher.publish([Publication(first.body, first.properties, EXCHANGE, QUEUE)])
        publisher.close()
        (second,) = take(source, 1)

    first.properties.delivery_mode = 2
    assert repr(first.properties) == repr(second.properties)


def test_headers_nested_too_deep_are_kept_as_bytes(url: str) -> None:
    with consuming(url) as source:
        source.receive(0, 0.5)
        publish_raw(url, Raw(POISON["deep nesting"]), b"odd")
        (delivery,) = take(source, 1)

    assert delivery.properties.headers is not None
    assert POISON["deep nesting"][2:] == delivery.properties.headers[UNREADABLE_HEADER]


def test_deliveries_arrive_also_if_pika_should_read_them_itself(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(ConsumerConnection, "_on_data_available")
    send(url, [b"1", b"2"])

    with consuming(url) as source:
        deliveries = take(source, 2)
        source.settle([delivery.tag for delivery in deliveries])
        assert [] == source.receive(0, 0.3)
        assert [] == source.receive(1, 0.3)

    assert [b"1", b"2"] == bodies(deliveries)
    assert deliveries[0].properties.delivery_mode == 2
