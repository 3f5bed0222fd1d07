from __future__ import annotations

import math
import struct
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pika import data as pika_data

from mqworker.brokers.fields import MOST_LEVELS, read_table, write_table

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.binary()
    | st.datetimes(datetime(1970, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
        lambda moment: moment.replace(microsecond=0)
    )
    | st.builds(lambda digits, places: Decimal(digits).scaleb(-places), *[st.integers(0, 9)] * 2)
)
KEYS = st.text(max_size=60)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=10
)
TABLES = st.dictionaries(KEYS, VALUES)


def framed(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


@given(TABLES)
def test_a_table_is_read_as_it_was_written(table: dict[str, Any]) -> None:
    assert (table, len(write_table(table)) + 3) == read_table(b"xyz" + write_table(table), 3)


@given(st.dictionaries(KEYS, st.booleans() | st.integers(-(2**31), 2**63 - 1) | st.text()))
def test_pika_reads_what_is_written_here(table: dict[str, Any]) -> None:
    assert table == pika_data.decode_table(write_table(table), 0)[0]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"t\x01", True),
        (b"b\xff", -1),
        (b"B\xff", 255),
        (b"s\xff\xfe", -2),
        (b"U\xff\xfe", -2),
        (b"u\xff\xfe", 65534),
        (b"I\xff\xff\xff\xff", -1),
        (b"i\xff\xff\xff\xff", 2**32 - 1),
        (b"l" + b"\xff" * 8, -1),
        (b"L" + b"\xff" * 8, -1),
        (b"f\x3f\xc0\x00\x00", 1.5),
        (b"d" + struct.pack(">d", 1.25), 1.25),
        (b"D\x02\x00\x00\x00\x96", Decimal("1.50")),
        (b"S\x00\x00\x00\x02\xc3\xa4", "ä"),
        (b"S\x00\x00\x00\x01\xff", b"\xff"),
        (b"x\x00\x00\x00\x01a", b"a"),
        (b"T" + struct.pack(">Q", 86400), datetime(1970, 1, 2, tzinfo=UTC)),
        (b"T" + struct.pack(">Q", 1_700_000_000_000), 1_700_000_000_000),
        (b"V", None),
        (b"A\x00\x00\x00\x03Vt\x00", [None, False]),
        (b"F\x00\x00\x00\x03\x01aV", {"a": None}),
    ],
)
def test_each_type_of_rabbitmq_is_read_to_its_value(raw: bytes, expected: object) -> None:
    assert ({"k": expected}, len(raw) + 6) == read_table(framed(b"\x01k" + raw), 0)


def test_a_float_that_is_no_number_is_read_and_does_not_fail() -> None:
    raw = framed(b"\x01kd" + struct.pack(">d", math.nan))

    assert math.isnan(read_table(raw, 0)[0]["k"])


def test_a_key_that_is_not_utf8_gets_a_backslash_escape() -> None:
    assert {"a\\xff": None} == read_table(framed(b"\x02a\xffV"), 0)[0]


def test_nesting_deeper_than_the_bound_is_refused_and_does_not_recurse() -> None:
    raw = b"V"
    for _ in range(MOST_LEVELS * 100):
        raw = b"A" + framed(raw)

    with pytest.raises(ValueError, match="too deep"):
        read_table(framed(b"\x01k" + raw), 0)


@given(st.binary(max_size=200))
def test_noise_raises_only_what_is_promised(noise: bytes) -> None:
    with suppress(ValueError, struct.error, IndexError):
        read_table(noise, 0)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (2**63, str(2**63)),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        (Decimal("1E+3"), "1E+3"),
        (Decimal("NaN"), "NaN"),
        (Decimal("12345678901.5"), "12345678901.5"),
        (datetime(1969, 1, 1, tzinfo=UTC), "1969-01-01T00:00:00+00:00"),
        ((1, 2), [1, 2]),
    ],
)
def test_what_has_no_type_of_its_own_is_written_as_the_nearest(
    value: object, expected: object
) -> None:
    assert {"k": expected} == read_table(write_table({"k": value}), 0)[0]


def test_an_object_that_amqp_can_not_say_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="set"):
        write_table({"k": {1}})


def test_a_key_longer_than_amqp_allows_is_cut() -> None:
    assert {"k" * 255: 1} == read_table(write_table({"k" * 300: 1}), 0)[0]
