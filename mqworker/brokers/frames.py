"""Deliveries out of the frames of a connection.

An AMQP 0-9-1 delivery is a method frame (basic.deliver), a header frame (its properties) and body
frames (sections 2.3.5 and 4.2). Most of a stream is deliveries of one consumer by one exchange and
routing key, each with one body frame: these are taken out of the stream whole. Everything else
goes frame by frame.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct

from mqworker.brokers.content import read_properties
from mqworker.brokers.fields import read_short
from mqworker.core.message import PlainProperties

Deliver = Callable[[bytes, int, bool, str, str, PlainProperties, bytes], None]
"""(consumer tag, delivery number, redelivered, exchange, routing key, properties, body)"""

FRAME = Struct(">BHI")  # type, channel, size of the payload
NUMBER = Struct(">QB")  # delivery number, redelivered
HEADER = Struct(">HHQ")  # class, weight, size of the body
HEADER_FRAME = Struct(">BHIHHQ")

METHOD, HEADERS, BODY, HEARTBEAT = 1, 2, 3, 8
FRAME_END = 0xCE
AROUND_PAYLOAD = FRAME.size + 1
BASIC_DELIVER = b"\x00\x3c\x00\x3c"
MOST_KNOWN_BYTES = 256
"""Properties longer than this are not kept for comparison with the next ones."""


class DeliveryReader:
    """Splits a stream of frames into deliveries and other frames; their order is kept.

    head, tail: the bytes around number and flag of the last method frame; the next one is likely
        to have the same. consumer_tag, exchange, routing_key: what these say.
    known, properties: the bytes of the last properties, and what they say: equal ones are read
        once. Nobody changes properties that were read.
    """

    def __init__(self, deliver: Deliver, other: Callable[[bytes], object]) -> None:
        self.deliver = deliver
        self.other = other
        self.chunks: list[bytes] = []
        self.missing = 0
        self.head = self.tail = b""
        self.consumer_tag = b""
        self.exchange = self.routing_key = ""
        self.known = b""
        self.properties = PlainProperties()
        self.open = False
        self.number, self.redelivered = 0, False
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
        kind: int
        size: int
        while end - at >= AROUND_PAYLOAD:
            if not self.open and self.head and data.startswith(self.head, at):
                after = self.take_whole(data, at, end)
                if after:
                    at = after
                    continue
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

    def take_whole(self, data: bytes, at: int, end: int) -> int:
        """Take a delivery whose method frame begins as the last one's did.

        Returns:
            Where the next frame begins; 0 if it is otherwise unlike, or not here as a whole.
        """
        at += len(self.head)
        flag = at + NUMBER.size
        header = flag + len(self.tail)
        if header + HEADER_FRAME.size > end or not data.startswith(self.tail, flag):
            return 0
        kind: int
        size: int
        body_size: int
        kind, _, size, _, _, body_size = HEADER_FRAME.unpack_from(data, header)
        body = header + AROUND_PAYLOAD + size
        if kind != HEADERS or body + AROUND_PAYLOAD + body_size > end:
            return 0
        kind, _, part = FRAME.unpack_from(data, body)
        begin = body + FRAME.size
        after = begin + body_size
        if kind != BODY or part != body_size or data[body - 1] != FRAME_END:
            return 0
        if data[after] != FRAME_END:
            return 0
        number, redelivered = NUMBER.unpack_from(data, at)
        self.read(data[header + HEADER_FRAME.size : body - 1])
        names, body_bytes = (self.exchange, self.routing_key), data[begin:after]
        self.deliver(
            self.consumer_tag, number, redelivered != 0, *names, self.properties, body_bytes
        )
        return after + 1

    def read(self, raw: bytes) -> None:
        """Read properties, unless they are as the last ones."""
        if raw != self.known:
            self.properties = read_properties(raw, 0)
            self.known = raw if len(raw) <= MOST_KNOWN_BYTES else b""

    def take_frame(self, kind: int, data: bytes, at: int, after: int) -> None:
        """Take the frame that lies between these two positions."""
        payload = at + FRAME.size
        if data[after - 1] != FRAME_END:
            self.other(data[at:after])
        elif kind == BODY and self.open:
            self.take_body(data[payload : after - 1])
        elif kind == HEADERS and self.open:
            self.take_header(data[payload : after - 1])
        elif kind == METHOD and data.startswith(BASIC_DELIVER, payload):
            self.take_deliver(data, at, after)
        else:
            self.other(data[at:after])

    def take_deliver(self, data: bytes, begin: int, after: int) -> None:
        """Begin a delivery: consumer tag, number, redelivered, exchange, routing key."""
        at = begin + FRAME.size + len(BASIC_DELIVER)
        self.consumer_tag = data[at + 1 : (at := at + 1 + data[at])]
        number, redelivered = NUMBER.unpack_from(data, at)
        self.number, self.redelivered, self.open = number, redelivered != 0, True
        behind = at + NUMBER.size
        self.exchange, key = read_short(data, behind)
        self.routing_key, _ = read_short(data, key)
        self.head, self.tail = data[begin:at], data[behind:after]

    def take_header(self, payload: bytes) -> None:
        """Take the properties, and how long the body will be."""
        _, _, self.body_missing = HEADER.unpack_from(payload)
        self.read(payload[HEADER.size :])
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
        self.open = False
        names = self.exchange, self.routing_key
        self.deliver(
            self.consumer_tag, self.number, self.redelivered, *names, self.properties, body
        )
