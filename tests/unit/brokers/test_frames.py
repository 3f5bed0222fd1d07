from __future__ import annotations

import pika
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pika import frame, spec

from mqworker.brokers.frames import DeliveryReader
from mqworker.core.message import PlainProperties

Delivered = tuple[bytes, int, bool, str, str, PlainProperties, bytes]


class Log:
    """What a reader hands over, in order."""

    def __init__(self) -> None:
        self.entries: list[Delivered | bytes] = []
        self.reader = DeliveryReader(self.deliver, self.entries.append)

    def deliver(self, *delivery: object) -> None:
        self.entries.append(delivery)  # type: ignore[arg-type]


def message(number: int, body: bytes, *, part: int = 100, redelivered: bool = False) -> bytes:
    """The frames of a delivery, as pika writes them."""
    method = spec.Basic.Deliver("consumer", number, redelivered, "exchange", "key")
    frames = [
        frame.Method(1, method),
        frame.Header(1, len(body), pika.BasicProperties(message_id=f"id-{number}")),
        *(frame.Body(1, body[at : at + part]) for at in range(0, len(body), part)),
    ]
    return b"".join(each.marshal() for each in frames)


def delivered(number: int, body: bytes, *, redelivered: bool = False) -> Delivered:
    properties = PlainProperties(message_id=f"id-{number}")
    return b"consumer", number, redelivered, "exchange", "key", properties, body


HEARTBEAT: bytes = frame.Heartbeat().marshal()


@pytest.mark.parametrize("body", [b"", b"x", b"x" * 100, b"x" * 250])
def test_a_delivery_is_handed_over_whole_whatever_its_length(body: bytes) -> None:
    log = Log()

    log.reader.feed(message(7, body, redelivered=True))

    assert [delivered(7, body, redelivered=True)] == log.entries


def test_other_frames_keep_their_place_among_the_deliveries() -> None:
    cancel_ok = frame.Method(1, spec.Basic.CancelOk("consumer")).marshal()
    log = Log()

    log.reader.feed(message(1, b"a") + HEARTBEAT + message(2, b"b") + cancel_ok)

    assert [delivered(1, b"a"), HEARTBEAT, delivered(2, b"b"), cancel_ok] == log.entries


def test_a_heartbeat_between_the_frames_of_a_delivery_does_not_disturb_it() -> None:
    raw = message(1, b"abcd", part=2)
    log = Log()

    log.reader.feed(raw[:-10] + HEARTBEAT + raw[-10:])

    assert [HEARTBEAT, delivered(1, b"abcd")] == log.entries


@given(st.lists(st.binary(max_size=300), max_size=6), st.data())
def test_it_makes_no_difference_where_the_stream_is_cut(
    bodies: list[bytes], data: st.DataObject
) -> None:
    stream = b"".join(message(n, body) + HEARTBEAT for n, body in enumerate(bodies))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=30)))
    log = Log()

    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        log.reader.feed(stream[start:end])

    expected = [e for n, body in enumerate(bodies) for e in (delivered(n, body), HEARTBEAT)]
    assert expected == log.entries


MESSAGES = st.tuples(
    st.sampled_from(["one", "another consumer"]),
    st.sampled_from(["exchange", ""]),
    st.sampled_from([None, "a", "b" * 255]),
    st.booleans(),
    st.binary(max_size=40),
    st.sampled_from([7, 100]),
)
"""consumer, exchange, message_id, redelivered, body, bytes of a frame"""


@given(st.lists(MESSAGES, max_size=8), st.integers(1, 200))
def test_deliveries_of_several_consumers_and_kinds_come_out_as_they_went_in(
    messages: list[tuple[str, str, str | None, bool, bytes, int]], chunk: int
) -> None:
    stream = b""
    expected = []
    for number, (consumer, exchange, name, redelivered, body, part) in enumerate(messages):
        method = spec.Basic.Deliver(consumer, number, redelivered, exchange, "key")
        header = frame.Header(1, len(body), pika.BasicProperties(message_id=name))
        parts = [frame.Body(1, body[at : at + part]) for at in range(0, len(body), part)]
        stream += b"".join(each.marshal() for each in (frame.Method(1, method), header, *parts))
        properties = PlainProperties(message_id=name)
        tag = consumer.encode()
        expected.append((tag, number, redelivered, exchange, "key", properties, body))
    log = Log()

    for at in range(0, len(stream), chunk):
        log.reader.feed(stream[at : at + chunk])

    assert expected == log.entries


@pytest.mark.parametrize("noise", [b"HTTP/1.1 400 Bad Request\r\n", b"AMQP\x00\x00\x09\x01"])
def test_what_is_not_amqp_is_left_to_pika_at_once(noise: bytes) -> None:
    log = Log()

    log.reader.feed(noise)

    assert [noise] == log.entries


def test_a_frame_without_its_end_mark_is_left_to_pika() -> None:
    broken = HEARTBEAT[:-1] + b"\x00"
    log = Log()

    log.reader.feed(broken)

    assert [broken] == log.entries
