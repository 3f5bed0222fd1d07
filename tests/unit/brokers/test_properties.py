from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqworker.brokers.properties import NAMES, decode, encode
from mqworker.core.message import PlainProperties

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | TEXT
    | st.binary(max_size=20)
    | st.datetimes(timezones=st.none() | st.just(UTC) | st.just(timezone(timedelta(hours=2))))
    | st.decimals(allow_nan=False)
)
KEYS = TEXT | st.sampled_from(["$bytes", "$time", "$decimal", "$float", "$table", "$", ""])
HEADERS = st.dictionaries(
    KEYS,
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
        max_leaves=10,
    ),
    max_size=5,
)


@given(HEADERS)
def test_every_header_comes_back_as_it_was_sent(headers: dict[str, object]):
    assert decode(encode(PlainProperties(headers=headers))).headers == headers


@given(
    st.builds(
        PlainProperties,
        content_type=st.none() | TEXT,
        message_id=st.none() | TEXT,
        timestamp=st.none() | st.integers(0, 2**64 - 1),
        priority=st.none() | st.integers(0, 255),
        type=st.none() | TEXT,
    )
)
def test_every_property_comes_back_as_it_was_sent(properties: PlainProperties):
    assert decode(encode(properties)) == properties


def test_every_name_of_the_specification_is_kept():
    properties = PlainProperties(**{name: name for name in NAMES if name != "headers"})
    assert len(NAMES) == 14
    assert decode(encode(properties)) == properties


def test_no_properties_take_no_room():
    assert encode(PlainProperties()) is None


def test_empty_headers_stay_different_from_none():
    assert decode(encode(PlainProperties(headers={}))).headers == {}


def test_what_is_no_number_stays_what_is_no_number():
    (value,) = decode(encode(PlainProperties(headers={"x": float("nan")}))).headers.values()
    assert value != value  # noqa: PLR0124


def test_nothing_but_text_is_needed_to_read_a_header_with_the_shell():
    headers = {"who": b"\xff", "when": datetime(2026, 11, 23, tzinfo=UTC), "cost": Decimal("1.50")}
    expected = (
        b'{"headers":{"who":{"$bytes":"/w=="},"when":{"$time":"2026-11-23T00:00:00+00:00"},'
        b'"cost":{"$decimal":"1.50"}}}'
    )
    assert encode(PlainProperties(headers=headers)) == expected


def test_a_header_that_amqp_has_no_type_for_is_a_defect_of_the_caller():
    with pytest.raises(TypeError):
        encode(PlainProperties(headers={"x": object()}))
