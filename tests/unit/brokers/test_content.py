from __future__ import annotations

from dataclasses import replace

import pika
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqworker.brokers.content import UNREADABLE_HEADER, read_properties, write_properties
from mqworker.core.message import PlainProperties

TEXT = st.none() | st.text(max_size=60)
PROPERTIES = st.builds(
    PlainProperties,
    content_type=TEXT,
    content_encoding=TEXT,
    headers=st.none() | st.dictionaries(st.text(max_size=60), st.text() | st.integers(0, 9)),
    delivery_mode=st.none() | st.integers(0, 255),
    priority=st.none() | st.integers(0, 255),
    correlation_id=TEXT,
    reply_to=TEXT,
    expiration=TEXT,
    message_id=TEXT,
    timestamp=st.none() | st.integers(0, 2**64 - 1),
    type=TEXT,
    user_id=TEXT,
    app_id=TEXT,
    cluster_id=TEXT,
)


@given(PROPERTIES)
def test_properties_are_read_as_they_were_written(properties: PlainProperties) -> None:
    assert properties == read_properties(write_properties(properties), 0)


@given(PROPERTIES)
def test_pika_writes_properties_that_are_read_here_the_same(properties: PlainProperties) -> None:
    names = PlainProperties.__slots__
    theirs = pika.BasicProperties(**{name: getattr(properties, name) for name in names})

    assert properties == read_properties(b"".join(theirs.encode()), 0)
    assert theirs == pika.BasicProperties().decode(write_properties(properties))


def test_a_message_without_properties_has_none_set() -> None:
    assert PlainProperties() == read_properties(b"\x00\x00", 0)


def test_text_that_is_not_utf8_gets_backslash_escapes() -> None:
    assert PlainProperties("\\xff") == read_properties(b"\x80\x00\x01\xff", 0)


@pytest.mark.parametrize(
    "table",
    [
        b"\x01k?",  # an unknown type
        b"\x01kS\x00\x00\x00\x02a",  # a text longer than the table
        b"\x09k",  # a name longer than the table
        b"\x01k",  # no value
        b"\x01kA\x00\x00\x00\x01t",  # a value longer than its array
        b"\x01kF\x00",  # no length
    ],
)
def test_headers_that_can_not_be_read_are_kept_as_bytes(table: bytes) -> None:
    raw = b"\x00\x00\x00" + bytes([len(table)]) + table

    found = read_properties(b"\x28\x00" + raw + b"\x05", 0)

    assert PlainProperties(headers={UNREADABLE_HEADER: raw}, priority=5) == found


def test_unreadable_headers_survive_being_written_and_read_again() -> None:
    headers = {UNREADABLE_HEADER: b"\x00\x00\x00\x03\x01k?"}
    properties = replace(PlainProperties(), headers=headers)

    assert properties == read_properties(write_properties(properties), 0)
