"""Deliveries out of the frames of a connection.

An AMQP 0-9-1 delivery is a method frame (basic.deliver), a header frame (its properties) and body
frames (sections 2.3.5 and 4.2). Most of a stream is deliveries of one consumer by one exchange and
routing key, each with one body frame: these are taken out of the stream whole, and where they have
the last one's properties, too, with hardly a look at those. Everything else goes frame by frame.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Final

from mqworker.brokers.content import read_properties
from mqworker.brokers.fields import read_short
from mqworker.core.message import PlainProperties

Deliver = Callable[[bytes, int, bool, str, str, PlainProperties, bytes], None]
"""(consumer tag, delivery number, redelivered, exchange, routing key, properties, body)"""

FRAME: Final = Struct(">BHI")  # type, channel, size of the payload
NUMBER: Final = Struct(">QB")  # delivery number, redelivered
HEADER: Final = Struct(">HHQ")  # class, weight, size of the body
HEADER_FRAME: Final = Struct(">BHIHHQ")

METHOD: Final = 1
HEADERS: Final = 2
BODY: Final = 3
HEARTBEAT: Final = 8
FRAME_END: Final = 0xCE
# Sizes of the above and of parts of them, as literals: compiled, these are no look-ups.
NUMBER_BYTES: Final = 9
SIZE_BYTES: Final = 4
BODY_SIZE_BYTES: Final = 8
AROUND_PAYLOAD: Final = 8
HEADER_FRAME_BYTES: Final = 19
BASIC_DELIVER: Final = b"\x00\x3c\x00\x3c"
MOST_KNOWN_BYTES: Final = 256
"""Properties longer than this are not kept for comparison with the next ones."""


class DeliveryReader:
    """Splits a stream of frames into deliveries and other frames; their order is kept.

    head, tail: the bytes around number and flag of the last method frame; the next one is likely
        to have the same. consumer_tag, exchange, routing_key: what these say.
    known, properties: the bytes of the last properties, and what they say: equal ones are read
        once. Nobody changes properties that were read.
    varying: reads number, flag and the two sizes of a delivery that is like the last one in all
        else, None as long as each has other properties. middle, behind: the bytes between them.
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
        self.varying: Struct | None = None
        self.middle = self.behind = b""
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
                after = self.take_alike(data, at, end) or self.take_whole(data, at, end)
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

    def take_alike(self, data: bytes, at: int, end: int) -> int:
        """Take a delivery that has the last one's method frame and properties.

        Returns:
            Where the next frame begins; 0 if it is unlike, or not here as a whole.
        """
        varying = self.varying
        if varying is None:
            return 0
        at += len(self.head)
        middle = at + NUMBER_BYTES
        behind = middle + len(self.middle) + BODY_SIZE_BYTES
        begin = behind + len(self.behind) + SIZE_BYTES
        if (
            begin >= end
            or not data.startswith(self.middle, middle)
            or not data.startswith(self.behind, behind)
        ):
            return 0
        number: int
        redelivered: int
        size: int
        part: int
        number, redelivered, size, part = varying.unpack_from(data, at)
        after = begin + size
        if part != size or after >= end or data[after] != FRAME_END:
            return 0
        self.hand_over(number, redelivered != 0, data[begin:after])
        return after + 1

    def take_whole(self, data: bytes, at: int, end: int) -> int:
        """Take a delivery whose method frame begins as the last one's did.

        Returns:
            Where the next frame begins; 0 if it is otherwise unlike, or not here as a whole.
        """
        at += len(self.head)
        flag = at + NUMBER_BYTES
        header = flag + len(self.tail)
        if header + HEADER_FRAME_BYTES > end or not data.startswith(self.tail, flag):
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
        if self.read(data[header + HEADER_FRAME_BYTES : body - 1]):
            self.learn(data[flag:body], header - flag, data[body : body + FRAME.size])
        self.hand_over(number, redelivered != 0, data[begin:after])
        return after + 1

    def hand_over(self, number: int, redelivered: bool, body: bytes) -> None:
        """Hand over a delivery like the last one but for this."""
        self.deliver(
            self.consumer_tag,
            number,
            redelivered,
            self.exchange,
            self.routing_key,
            self.properties,
            body,
        )

    def learn(self, known: bytes, header: int, frame: bytes) -> None:
        """Prepare for deliveries that are like this one.

        Args:
            known: from behind the flag to the body's frame.
            header: where in it the header frame begins.
            frame: the beginning of the body's frame.
        """
        size = header + HEADER_FRAME_BYTES - BODY_SIZE_BYTES
        self.middle = known[:size]
        self.behind = known[size + BODY_SIZE_BYTES :] + frame[:-SIZE_BYTES]
        self.varying = Struct(f">QB{len(self.middle)}xQ{len(self.behind)}xI")

    def read(self, raw: bytes) -> bool:
        """Read properties, unless they are as the last ones; tell whether they are."""
        if raw == self.known:
            return True
        self.varying = None
        self.properties = read_properties(raw, 0)
        self.known = raw if len(raw) <= MOST_KNOWN_BYTES else b""
        return False

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
        behind = at + NUMBER_BYTES
        self.exchange, key = read_short(data, behind)
        self.routing_key, _ = read_short(data, key)
        self.head, self.tail, self.varying = data[begin:at], data[behind:after], None

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
        self.hand_over(self.number, self.redelivered, body)
