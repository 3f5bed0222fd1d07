from __future__ import annotations

import bz2
import json
import zlib
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import kombu
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kombu.utils.json import dumps

from mqworker.brokers import envelope as envelope_module
from mqworker.brokers.envelope import marked_again, open_entry
from mqworker.core.message import PlainProperties

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
PARTS = st.dictionaries(
    st.sampled_from(["body", "headers", "properties", "content-type", "redelivered"]), JSON
)


def entry(body: Any = b"{}", headers: Any = None, **properties: Any) -> bytes:
    """Return what kombu puts into a queue."""
    content = {
        "body": b64encode(body).decode() if isinstance(body, bytes) else body,
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": headers or {},
        "properties": {
            "body_encoding": "base64" if isinstance(body, bytes) else None,
            "delivery_info": {"exchange": "eventtask", "routing_key": "key"},
            "delivery_tag": "tag",
            **properties,
        },
    }
    return dumps(content).encode()


def test_what_kombus_own_producer_wrote_comes_out_as_it_went_in() -> None:
    with kombu.Connection("memory://") as connection:
        channel = connection.channel()
        written: list[dict[str, Any]] = []
        channel._put = lambda _, message, **__: written.append(message)
        kombu.Producer(channel).publish(
            b"\xff{}", "q", content_type="text/json", headers={"a": 1}, message_id="m", priority=3
        )
    opened = open_entry(dumps(written[0]).encode(), "q")
    assert opened.body == b"\xff{}"
    assert opened.properties == PlainProperties(
        "text/json", "binary", {"a": 1}, delivery_mode=2, priority=3, message_id="m"
    )
    assert (opened.exchange, opened.routing_key, opened.redelivered) == ("", "q", False)


@pytest.mark.parametrize(
    "stored",
    [
        b'{"summary":"an event of a shipper"}',
        b"[1,2]",
        b"no JSON",
        b"\xff\xfe",
        b"",
        b"[" * 100_000,
        b"9" * 10_000,
        b'{"body":"x","properties":{}}',
        b'{"body":{"a":1},"properties":{"delivery_tag":1}}',
        b'{"body":"!","properties":{"delivery_tag":1,"body_encoding":"base64"}}',
        b'{"__type__":"uuid","__value__":1}',
        b'{"__type__":"decimal","__value__":"x"}',
    ],
)
def test_what_kombu_did_not_write_is_its_own_body(stored: bytes) -> None:
    opened = open_entry(stored, "q")
    assert (opened.body, opened.properties, opened.routing_key) == (stored, PlainProperties(), "q")
    assert marked_again(stored) == stored


@given(st.binary())
def test_no_bytes_in_a_queue_raise_anything(stored: bytes) -> None:
    open_entry(stored, "q")
    marked_again(stored)


@given(PARTS)
def test_no_envelope_raises_whatever_its_parts_are(parts: dict[str, Any]) -> None:
    if isinstance(parts.get("properties"), dict):
        parts["properties"]["delivery_tag"] = "tag"
    stored = json.dumps(parts).encode()
    assert isinstance(open_entry(stored, "q").body, bytes)
    marked_again(stored)


@given(st.binary(), st.dictionaries(st.text(), JSON))
def test_a_message_put_back_keeps_its_body_and_properties_and_says_so(
    body: bytes, headers: dict[str, Any]
) -> None:
    headers.pop("compression", None)
    headers.pop("redelivered", None)
    first = entry(body, headers, message_id="m")
    before, after = open_entry(first, "q"), open_entry(marked_again(first), "q")
    assert (before.redelivered, after.redelivered) == (False, True)
    assert repr(before._replace(redelivered=True)) == repr(after)


def test_a_body_of_text_comes_out_in_utf_8_also_with_a_lone_surrogate() -> None:
    assert open_entry(entry("ä"), "q").body == "ä".encode()
    assert open_entry(entry("\ud800"), "q").body == b"\xed\xa0\x80"


def test_a_message_restored_by_kombu_itself_is_flagged_and_its_headers_are_the_senders() -> None:
    opened = open_entry(entry(headers={"redelivered": True, "a": 1}), "q")
    assert (opened.redelivered, opened.properties.headers) == (True, {"a": 1})


def test_what_kombu_compressed_with_zlib_is_expanded_and_not_marked_so_any_more() -> None:
    stored = entry(zlib.compress(b'{"a":1}'), {"compression": "application/x-gzip"})
    opened = open_entry(stored, "q")
    assert (opened.body, opened.properties.headers) == (b'{"a":1}', None)


@pytest.mark.parametrize("body", [b"no zlib", zlib.compress(b"x" * 99)[:-1], bz2.compress(b"{}")])
def test_what_can_not_be_expanded_stays_as_it_is(body: bytes) -> None:
    opened = open_entry(entry(body, {"compression": "application/x-gzip"}), "q")
    assert opened.body == body
    assert opened.properties.headers == {"compression": "application/x-gzip"}


def test_a_bomb_stays_compressed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope_module, "MOST_BYTES", 1000)
    bomb = zlib.compress(b"0" * 1001)
    assert open_entry(entry(bomb, {"compression": "gzip"}), "q").body == bomb


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (1700000000, 1700000000),
        (1700000000.9, 1700000000),
        (datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC), 1700000000),
        ("soon", None),
        (True, None),
        (float("inf"), None),
    ],
)
def test_a_timestamp_is_read_in_each_form_that_kombu_users_write(
    written: Any, expected: int | None
) -> None:
    assert open_entry(entry(timestamp=written), "q").properties.timestamp == expected
