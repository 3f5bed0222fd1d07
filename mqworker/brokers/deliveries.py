"""Deliveries out of the bytes of a connection.

An AMQP 0-9-1 delivery is a method frame (basic.deliver), a header frame (its properties) and body
frames (sections 2.3.5 and 4.2). They are most of what a consumer's connection carries, so they are
taken out of the stream here, and every other frame goes its ordinary way through pika. It takes
less than half of pika's time for a delivery, and no property that a sender may write can close the
connection (see `mqworker.brokers.content`).
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Any

import pika

from mqworker.brokers.content import read_properties
from mqworker.brokers.fields import read_short
from mqworker.core.message import PlainProperties

Deliver = Callable[[int, bool, str, str, PlainProperties, bytes], None]
"""(delivery number, redelivered, exchange, routing key, properties, body)"""

FRAME = Struct(">BHI")  # type, channel, size of the payload
NUMBER = Struct(">QB")  # delivery number, redelivered
HEADER = Struct(">HHQ")  # class, weight, size of the body

METHOD, HEADERS, BODY, HEARTBEAT = 1, 2, 3, 8
FRAME_END = 0xCE
AROUND_PAYLOAD = FRAME.size + 1
BASIC_DELIVER = b"\x00\x3c\x00\x3c"


class DeliveryReader:
    """Splits a stream of frames into deliveries and other frames; their order is kept."""

    def __init__(self, deliver: Deliver, other: Callable[[bytes], object]) -> None:
        self.deliver = deliver
        self.other = other
        self.chunks: list[bytes] = []
        self.missing = 0
        self.envelope: tuple[int, bool, str, str] | None = None
        self.properties = PlainProperties()
        self.body: list[bytes] = []
        self.body_missing = 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        if self.chunks:
            self.chunks.append(data)
            self.missing -= len(data)
            if self.missing > 0:
                return
            data = b"".join(self.chunks)
        rest = self.take_frames(data)
        self.chunks = [data[rest:]] if rest < len(data) else []

    def take_frames(self, data: bytes) -> int:
        """Take each whole frame; return where the first one begins that is not whole."""
        at, end = 0, len(data)
        while end - at >= AROUND_PAYLOAD:
            kind, _, size = FRAME.unpack_from(data, at)
            after = at + AROUND_PAYLOAD + size
            if kind > HEARTBEAT:  # not AMQP 0-9-1: pika will say so
                after = end
            elif after > end:
                self.missing = after - end
                return at
            self.take_frame(kind, data, at, after)
            at = after
        self.missing = 1
        return at

    def take_frame(self, kind: int, data: bytes, at: int, after: int) -> None:
        """Take the frame that lies between these two positions."""
        payload = at + FRAME.size
        if data[after - 1] != FRAME_END:
            self.other(data[at:after])
        elif kind == BODY and self.envelope:
            self.take_body(data[payload : after - 1])
        elif kind == HEADERS and self.envelope:
            self.take_header(data, payload)
        elif kind == METHOD and data.startswith(BASIC_DELIVER, payload):
            self.take_deliver(data, payload + len(BASIC_DELIVER))
        else:
            self.other(data[at:after])

    def take_deliver(self, data: bytes, at: int) -> None:
        """Begin a delivery: consumer tag, number, redelivered, exchange, routing key."""
        at += 1 + data[at]
        number, redelivered = NUMBER.unpack_from(data, at)
        exchange, at = read_short(data, at + NUMBER.size)
        routing_key, _ = read_short(data, at)
        self.envelope = number, redelivered != 0, exchange, routing_key

    def take_header(self, data: bytes, at: int) -> None:
        """Take the properties, and how long the body will be."""
        _, _, self.body_missing = HEADER.unpack_from(data, at)
        self.properties = read_properties(data, at + HEADER.size)
        self.body = []
        if not self.body_missing:
            self.finish(b"")

    def take_body(self, part: bytes) -> None:
        """Take the body, or a part of it."""
        self.body_missing -= len(part)
        if self.body_missing > 0:
            self.body.append(part)
        else:
            self.finish(b"".join([*self.body, part]) if self.body else part)

    def finish(self, body: bytes) -> None:
        """Hand over the delivery."""
        envelope, self.envelope = self.envelope, None
        if envelope:
            self.deliver(*envelope, self.properties, body)


class ConsumerConnection(pika.SelectConnection):  # type: ignore[misc] # pika has no types
    """pika's connection, but for how it reads deliveries."""

    def __init__(self, deliver: Deliver, *args: Any, **kwargs: Any) -> None:
        """Connect; `deliver` is called for each delivery, the rest is for pika."""
        self.reader = DeliveryReader(deliver, super()._on_data_available)
        super().__init__(*args, **kwargs)

    def _on_data_available(self, data: bytes) -> None:
        """Take bytes from the socket: pika's own seam between transport and protocol."""
        self.bytes_received += len(data)  # what its heartbeat looks at
        self.reader.feed(data)
