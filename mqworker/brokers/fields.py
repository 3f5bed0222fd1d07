"""AMQP field tables (message headers): bytes -> Python values and back.

AMQP 0-9-1, section 4.2.5.5, with the type letters that RabbitMQ uses
(https://www.rabbitmq.com/docs/amqp-0-9-1-errata#section_3). pika's own reader cuts floats to
integers and fails on a NaN, on a time beyond the year 9999 and on deep nesting; a reader that fails
closes the connection, the broker delivers the same message again, and so for ever.

1. Whatever types a table holds, its values come back out of `write_table` as they went in, but
   for what is not UTF-8 (in a key it becomes a backslash escape, in a value it stays bytes), and
   for numbers that RabbitMQ does not take, which become text.
2. What can't be read raises ValueError, struct.error or IndexError, and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from struct import Struct
from typing import Any

MOST_LEVELS = 50
"""Tables and arrays within each other; more is an attack on whoever reads them."""

LONGEST_SHORT = 255

Reader = Callable[[bytes, int, int], tuple[Any, int]]
"""(data, position, level) -> (value, position behind it)"""

U8, I32, I64, U32, U64 = (Struct(f) for f in (">B", ">i", ">q", ">I", ">Q"))
DOUBLE = Struct(">d")
DECIMAL = Struct(">Bi")


def read_short(data: bytes, at: int) -> tuple[str, int]:
    """Read a short string (at most 255 bytes)."""
    end = at + 1 + data[at]
    return data[at + 1 : end].decode("utf-8", "backslashreplace"), end


def read_table(data: bytes, at: int, level: int = 0) -> tuple[dict[str, Any], int]:
    """Read a field table: a length of four bytes, then pairs of name and value."""
    end, at = extent(data, at, level)
    table = {}
    while at < end:
        key, at = read_short(data, at)
        table[key], at = READERS[data[at]](data, at + 1, level + 1)
    return table, exact(at, end)


def read_array(data: bytes, at: int, level: int) -> tuple[list[Any], int]:
    """Read a field array: a length of four bytes, then values."""
    end, at = extent(data, at, level)
    values = []
    while at < end:
        value, at = READERS[data[at]](data, at + 1, level + 1)
        values.append(value)
    return values, exact(at, end)


def exact(at: int, end: int) -> int:
    """Return the position behind a table or array, if its last value ends there."""
    if at != end:
        raise ValueError("the last value of a table or array is longer than the table")
    return end


def extent(data: bytes, at: int, level: int) -> tuple[int, int]:
    """Return where a table or array ends, and where its content begins."""
    if level > MOST_LEVELS:
        raise ValueError("headers are nested too deep")
    return at + 4 + U32.unpack_from(data, at)[0], at + 4


def read_text(data: bytes, at: int, _level: int) -> tuple[str | bytes, int]:
    """Read a long string; bytes that are not UTF-8 stay bytes."""
    value, end = read_bytes(data, at, _level)
    try:
        return value.decode(), end
    except UnicodeDecodeError:
        return value, end


def read_bytes(data: bytes, at: int, _level: int) -> tuple[bytes, int]:
    """Read a byte array."""
    end = at + 4 + U32.unpack_from(data, at)[0]
    return data[at + 4 : end], end


def read_time(data: bytes, at: int, _level: int) -> tuple[datetime | int, int]:
    """Read seconds since 1970; too many for datetime (milliseconds?) stay a number."""
    seconds = U64.unpack_from(data, at)[0]
    try:
        return datetime.fromtimestamp(seconds, UTC), at + 8
    except (ValueError, OverflowError, OSError):
        return seconds, at + 8


def read_decimal(data: bytes, at: int, _level: int) -> tuple[Decimal, int]:
    """Read a decimal: the number of its places, then all digits as an integer."""
    places, digits = DECIMAL.unpack_from(data, at)
    return Decimal(digits).scaleb(-places), at + DECIMAL.size


def read_bool(data: bytes, at: int, _level: int) -> tuple[bool, int]:
    """Read a boolean."""
    return data[at] != 0, at + 1


def read_void(_data: bytes, at: int, _level: int) -> tuple[None, int]:
    """Read nothing."""
    return None, at


def number_reader(layout: str) -> Reader:
    """Return the reader of a number with this struct layout."""
    packed = Struct(layout)

    def read_number(data: bytes, at: int, _level: int) -> tuple[int | float, int]:
        return packed.unpack_from(data, at)[0], at + packed.size

    return read_number


NUMBERS = {"b": ">b", "B": ">B", "s": ">h", "U": ">h", "u": ">H", "I": ">i", "i": ">I"}
NUMBERS |= {"l": ">q", "L": ">q", "f": ">f", "d": ">d"}

KINDS: dict[str, Reader] = {
    **{kind: number_reader(layout) for kind, layout in NUMBERS.items()},
    "t": read_bool,
    "D": read_decimal,
    "S": read_text,
    "x": read_bytes,
    "A": read_array,
    "T": read_time,
    "F": read_table,
    "V": read_void,
}


def read_unknown(_data: bytes, _at: int, _level: int) -> tuple[Any, int]:
    """Refuse a type that RabbitMQ does not know either."""
    raise ValueError("a header has a type that AMQP 0-9-1 does not know")


READERS: list[Reader] = [KINDS.get(chr(code), read_unknown) for code in range(256)]


def write_short(text: str) -> bytes:
    """Return a short string, cut to the 255 bytes that it may have."""
    raw = text.encode("utf-8", "backslashreplace")[:LONGEST_SHORT]
    return U8.pack(len(raw)) + raw


def write_table(table: Mapping[str, Any]) -> bytes:
    """Return a field table.

    Raises:
        TypeError: a value is of a type that AMQP does not have.
    """
    return sized(write_short(key) + write_value(value) for key, value in table.items())


def write_value(value: Any) -> bytes:
    """Return one value, its type letter first."""
    for kind, write in WRITERS:
        if isinstance(value, kind):
            return write(value)
    raise TypeError(f"AMQP has no type for a header of type {type(value).__name__}")


def write_integer(value: int) -> bytes:
    """Return an integer in as few bytes as hold it; as text where AMQP has no such integer."""
    if -(2**31) <= value < 2**31:
        return b"I" + I32.pack(value)
    if -(2**63) <= value < 2**63:
        return b"l" + I64.pack(value)
    return write_text(str(value))


def write_float(value: float) -> bytes:
    """Return a float; as text what is no number: RabbitMQ closes the connection for it."""
    return b"d" + DOUBLE.pack(value) if math.isfinite(value) else write_text(str(value))


def write_decimal(value: Decimal) -> bytes:
    """Return a decimal, as text where it does not fit."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -255 <= exponent <= 0:  # noqa: PLR2004 - one byte of places
        digits = int(value.scaleb(-exponent))
        if -(2**31) <= digits < 2**31:
            return b"D" + DECIMAL.pack(-exponent, digits)
    return write_text(str(value))


def write_time(value: datetime) -> bytes:
    """Return a time in whole seconds, as text before 1970."""
    seconds = int(value.timestamp())
    return b"T" + U64.pack(seconds) if seconds >= 0 else write_text(value.isoformat())


def write_text(value: str) -> bytes:
    """Return a long string."""
    return b"S" + sized([value.encode("utf-8", "backslashreplace")])


def sized(pieces: Iterable[bytes]) -> bytes:
    """Return the pieces behind their length in four bytes."""
    raw = b"".join(pieces)
    return U32.pack(len(raw)) + raw


WRITERS: list[tuple[type, Callable[[Any], bytes]]] = [
    (str, write_text),
    (bool, lambda value: b"t" + U8.pack(value)),
    (int, write_integer),
    (float, write_float),
    (bytes, lambda value: b"x" + sized([value])),
    (datetime, write_time),
    (Decimal, write_decimal),
    (Mapping, lambda value: b"F" + write_table(value)),
    (list, lambda value: b"A" + sized(map(write_value, value))),
    (tuple, lambda value: b"A" + sized(map(write_value, value))),
    (type(None), lambda _value: b"V"),
]
"""Tried in this order: a bool is an int too."""
