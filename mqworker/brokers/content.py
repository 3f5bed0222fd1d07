"""The properties of a message on the wire: AMQP 0-9-1, sections 1.8.3.1 and 4.2.6.1.

Read here and not by pika because a message that can't be read must not close the connection (see
`mqworker.brokers.fields`), and because it takes a third of the time.

1. Reading never fails for what a sender may write. Text that is not UTF-8 gets backslash escapes;
   headers that can't be read are kept as bytes, in one header `x-mqworker-unreadable-headers`.
2. What was read is written back as it was, these two apart.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cache
from struct import Struct
from typing import Any

from mqworker.brokers.fields import U8, U64, read_short, read_table, write_short, write_table
from mqworker.core.message import PlainProperties, Properties

UNREADABLE_HEADER = "x-mqworker-unreadable-headers"

FLAGS = Struct(">H")
LENGTH = Struct(">I")


def read_properties(data: bytes, at: int) -> PlainProperties:
    """Read the property flags at this position, and the properties behind them."""
    properties = PlainProperties()
    fields = announced(data[at] << 8 | data[at + 1])
    at += 2
    for name, read in fields:
        value, at = read(data, at)
        setattr(properties, name, value)
    return properties


def write_properties(properties: Properties, delivery_mode: int | None = None) -> bytes:
    """Return the property flags and the properties that are set.

    Args:
        properties: what to write.
        delivery_mode: to be written instead of theirs.

    Raises:
        TypeError: a header is of a type that AMQP does not have.
    """
    flags, pieces = 0, [b""]
    for bit, (name, _, write) in FIELDS.items():
        value = getattr(properties, name)
        if bit == DELIVERY_MODE:
            value = delivery_mode or value
        if value is not None:
            flags |= bit
            pieces.append(write(value))
    pieces[0] = FLAGS.pack(flags)
    return b"".join(pieces)


def read_octet(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of one byte."""
    return data[at], at + 1


def read_timestamp(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of eight bytes."""
    return U64.unpack_from(data, at)[0], at + 8


def read_headers(data: bytes, at: int) -> tuple[dict[str, Any], int]:
    """Read the headers, or keep them unread."""
    end = at + 4 + LENGTH.unpack_from(data, at)[0]
    raw = data[at:end]
    try:
        return read_table(raw, 0)[0], end
    except (ValueError, IndexError, struct.error):
        return {UNREADABLE_HEADER: raw}, end


Reader = Callable[[bytes, int], tuple[Any, int]]
Writer = Callable[[Any], bytes]

DELIVERY_MODE = 1 << 12

TEXT: tuple[Reader, Writer] = (read_short, write_short)

FIELDS: dict[int, tuple[str, Reader, Writer]] = {
    1 << 15: ("content_type", *TEXT),
    1 << 14: ("content_encoding", *TEXT),
    1 << 13: ("headers", read_headers, write_table),
    DELIVERY_MODE: ("delivery_mode", read_octet, U8.pack),
    1 << 11: ("priority", read_octet, U8.pack),
    1 << 10: ("correlation_id", *TEXT),
    1 << 9: ("reply_to", *TEXT),
    1 << 8: ("expiration", *TEXT),
    1 << 7: ("message_id", *TEXT),
    1 << 6: ("timestamp", read_timestamp, U64.pack),
    1 << 5: ("type", *TEXT),
    1 << 4: ("user_id", *TEXT),
    1 << 3: ("app_id", *TEXT),
    1 << 2: ("cluster_id", *TEXT),
}
"""Flag bit -> property, in the order on the wire."""


@cache
def announced(flags: int) -> tuple[tuple[str, Reader], ...]:
    """Return the properties that these flags announce."""
    return tuple((name, read) for bit, (name, read, _) in FIELDS.items() if flags & bit)
