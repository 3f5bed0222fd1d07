"""What a sender's own client wrote beside the body comes through into the dead letter."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pika

from tests.daemons import Daemon, await_condition
from tests.integration.pairs import EXCHANGE, QUEUE, Letter, Served

LIMIT_S = 60.0
HEADERS_ONLY = b"\x20\x00"


def sized(raw: bytes) -> bytes:
    return struct.pack(">I", len(raw)) + raw


def table(values: Mapping[str, bytes]) -> bytes:
    pairs = [struct.pack("B", len(name)) + name.encode() + raw for name, raw in values.items()]
    return sized(b"".join(pairs))


# What each type looks like on the wire (AMQP 0-9-1, 4.2.5.5, with RabbitMQ's letters), and means.
PLAIN: dict[str, tuple[bytes, Any]] = {
    "int8": (b"b" + struct.pack(">b", -7), -7),
    "uint8": (b"B" + struct.pack(">B", 200), 200),
    "int16": (b"s" + struct.pack(">h", -300), -300),
    "uint16": (b"u" + struct.pack(">H", 60_000), 60_000),
    "int32": (b"I" + struct.pack(">i", -70_000), -70_000),
    "uint32": (b"i" + struct.pack(">I", 4_000_000_000), 4_000_000_000),
    "int64": (b"l" + struct.pack(">q", -(2**62)), -(2**62)),
    "float": (b"f" + struct.pack(">f", 0.25), 0.25),
    "double": (b"d" + struct.pack(">d", 3.141592653589793), 3.141592653589793),
    "true": (b"t\x01", True),
    "false": (b"t\x00", False),
    "nothing": (b"V", None),
    "bytes": (b"x" + sized(b"\x00\xff\x01"), b"\x00\xff\x01"),
    "time": (b"T" + struct.pack(">Q", 1_700_000_000), datetime.fromtimestamp(1_700_000_000, UTC)),
    "decimal": (b"D" + struct.pack(">Bi", 2, -12345), Decimal("-123.45")),
    "text": (b"S" + sized("Größe".encode()), "Größe"),
    "no text": (b"S" + sized(b"\xff\xfe"), b"\xff\xfe"),
    "big text": (b"S" + sized(b"x" * 60_000), "x" * 60_000),
}
WIRE = {name: raw for name, (raw, _) in PLAIN.items()}
MEANT = {name: value for name, (_, value) in PLAIN.items()}
SMALL_WIRE = {name: raw for name, raw in WIRE.items() if name != "big text"}
SMALL_MEANT = {name: value for name, value in MEANT.items() if name != "big text"}
ALL_WIRE = {
    **WIRE,
    "table": b"F" + table(SMALL_WIRE),
    "array": b"A" + sized(b"".join(SMALL_WIRE.values())),
    "nested": b"F" + table({"in": b"A" + sized(b"F" + table({"it": b"F" + table(SMALL_WIRE)}))}),
}
ALL_MEANT = {
    **MEANT,
    "table": SMALL_MEANT,
    "array": list(SMALL_MEANT.values()),
    "nested": {"in": [{"it": SMALL_MEANT}]},
}


class Raw(pika.BasicProperties):  # type: ignore[misc] # pika has no types
    """Properties as the given bytes, flags first."""

    def __init__(self, raw: bytes) -> None:
        super().__init__()
        self.raw = raw

    def encode(self) -> list[bytes]:
        return [self.raw]


def dead_letter_of(
    served: Served, start_daemon: Callable[..., Daemon], properties: pika.BasicProperties
) -> Letter:
    """Let a sender's own client publish a bad message, and return what becomes of it."""
    daemon = start_daemon(*served.flags)
    daemon.await_words("role=consume")
    with pika.BlockingConnection(pika.URLParameters(served.url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish(EXCHANGE, QUEUE, b"\x00 no JSON \xff", properties, mandatory=True)
    await_condition(lambda: served.dead_count() == 1, LIMIT_S, daemon.log)
    assert 0 == daemon.stop()
    (letter,) = served.dead()
    assert b"\x00 no JSON \xff" == letter.body
    return letter


def test_headers_of_every_type_survive_in_the_dead_letter(
    served: Served, start_daemon: Callable[..., Daemon]
) -> None:
    letter = dead_letter_of(served, start_daemon, Raw(HEADERS_ONLY + table(ALL_WIRE)))
    kept = {name: letter.headers[name] for name in ALL_MEANT}

    assert repr(ALL_MEANT) == repr(kept)  # so that 1 is not True, and not 1.0


def test_all_properties_survive_in_the_dead_letter_or_move_to_its_headers(
    served: Served, start_daemon: Callable[..., Daemon]
) -> None:
    kept = {
        "content_type": "text/plain",
        "content_encoding": "utf-8",
        "priority": 7,
        "correlation_id": "correlation",
        "reply_to": "somewhere",
        "message_id": "the-message",
        "timestamp": 1_700_000_000,
        "type": "kind",
        "app_id": "shipper",
        "cluster_id": "cluster",
    }
    moved = {"expiration": "3600000", "user_id": "guest", "delivery_mode": 1}
    copies = {"CC": ["nobody-listens-here"], "BCC": ["nor-here"]}
    sent = pika.BasicProperties(**kept, **moved, headers=copies)
    letter = dead_letter_of(served, start_daemon, sent)

    assert kept == {name: getattr(letter.properties, name) for name in kept}
    told = {name: letter.headers[f"x-mqworker-{name.replace('_', '-')}"] for name in moved}
    assert moved == told
    assert copies["CC"] == letter.headers["x-mqworker-cc"]
    assert (None, None, 2) == (
        letter.properties.expiration,
        letter.properties.user_id,
        letter.properties.delivery_mode,
    )
    assert "CC" not in letter.headers
    assert "the-message" == letter.headers["x-mqworker-identity"]
