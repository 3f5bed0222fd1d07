from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqworker.brokers.content import write_properties
from mqworker.core.deadletter import (
    POSITIONS_HEADER,
    Grave,
    dead_letter,
    first_received,
    octets,
    read_spans,
    spans,
    wanted_positions,
)
from mqworker.core.identity import identify
from mqworker.core.message import Delivery, Failure, PlainProperties, Prepared, Refusal, Tag

RECEIVED = datetime(2026, 11, 23, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
REFUSAL = Refusal("validate", "not an IP", "/details/sourceipaddress", "format", schema="event")


def letter(*failures, several=False, body=b"raw \xff bytes", **properties):
    delivery = Delivery(
        Tag(0, 1), body, PlainProperties(**properties), RECEIVED, False, "eventtask", "key"
    )
    prepared = Prepared(delivery, "m", several=several)
    return dead_letter(prepared, failures or [Failure(0, REFUSAL)], Grave("eventtask"), NOW)


def test_the_original_bytes_go_to_the_dead_queue_untouched():
    made = letter()
    assert (made.body, made.exchange, made.routing_key) == (b"raw \xff bytes", "", "eventtask.dead")


def test_headers_say_stage_reason_pointer_schema_time_and_origin():
    expected = {
        "x-mqworker-stage": "validate",
        "x-mqworker-reason": "not an IP",
        "x-mqworker-pointer": "/details/sourceipaddress",
        "x-mqworker-keyword": "format",
        "x-mqworker-schema": "event",
        "x-mqworker-time": "2026-11-23T02:00:00+00:00",
        "x-mqworker-received": "2026-11-23T01:00:00+00:00",
        "x-mqworker-queue": "eventtask",
        "x-mqworker-exchange": "eventtask",
        "x-mqworker-routing-key": "key",
        "x-mqworker-identity": "m",
        "x-mqworker-count": 1,
    }
    assert expected == letter().properties.headers


def test_properties_and_foreign_headers_are_kept():
    kept = {
        "content_type": "text/json",
        "content_encoding": "gzip",
        "priority": 3,
        "correlation_id": "c",
        "reply_to": "r",
        "message_id": "m",
        "timestamp": 1700000000,
        "type": "t",
        "app_id": "a",
        "cluster_id": "x",
    }
    made = letter(headers={"HOST": "web1"}, **kept).properties
    assert kept == {name: getattr(made, name) for name in kept}
    assert made.headers["HOST"] == "web1"
    assert made.delivery_mode == 2


def test_what_would_expire_bounce_or_multiply_the_dead_letter_moves_to_headers():
    made = letter(
        expiration="1000", user_id="joe", delivery_mode=1, headers={"CC": ["q"]}
    ).properties
    assert (made.expiration, made.user_id) == (None, None)
    moved = {
        name: made.headers.get(f"x-mqworker-{name}") for name in ("expiration", "user-id", "cc")
    }
    assert moved == {"expiration": "1000", "user-id": "joe", "cc": ["q"]}
    assert "CC" not in made.headers
    assert made.headers["x-mqworker-delivery-mode"] == 1


def test_a_second_death_counts_and_keeps_identity_and_time_of_receipt():
    first = letter().properties
    again = Delivery(Tag(1, 1), b"edited", first, NOW)
    assert identify(again) == "m"
    assert first_received(again) == RECEIVED
    second = dead_letter(
        Prepared(again, "m", several=False), [Failure(0, REFUSAL)], Grave("q"), NOW
    )
    assert second.properties.headers["x-mqworker-count"] == 2


def test_a_second_death_tells_nothing_of_the_first_ones_reason():
    first = letter(several=True)
    second = letter(Failure(0, Refusal("write", "400 …")), headers=first.properties.headers)
    told = second.properties.headers
    assert "x-mqworker-schema" not in told
    assert "x-mqworker-keyword" not in told
    assert "x-mqworker-failures" not in told
    assert ("write", "0") == (told["x-mqworker-stage"], told[POSITIONS_HEADER])


def test_of_several_events_the_failed_positions_are_named_and_wanted_at_a_replay():
    failures = [Failure(n, REFUSAL) for n in (9, 3, 4, 5)]
    headers = letter(*failures, several=True).properties.headers
    assert headers["x-mqworker-positions"] == "3-5,9"
    assert [3, 4, 5, 9] == [told["position"] for told in headers["x-mqworker-failures"]]
    assert wanted_positions(headers) == frozenset({3, 4, 5, 9})


def test_headers_stay_small_however_many_events_failed():
    failures = [Failure(n, Refusal("validate", "x" * 10_000)) for n in range(0, 10_000, 2)]
    assert len(repr(letter(*failures, several=True).properties.headers)) < 100_000


@given(st.sets(st.integers(0, 5000)))
def test_spans_are_read_back_as_written(positions):
    ordered = sorted(positions)
    if ordered:
        assert ordered == list(read_spans(spans(ordered)))


@pytest.mark.parametrize("told", ["0-99999999999", "x", "", "3-", None, 7, b"1"])
def test_positions_that_we_did_not_write_are_ignored_or_bounded(told):
    found = wanted_positions({"x-mqworker-positions": told})
    assert found is None or len(found) <= 100_000


@pytest.mark.parametrize(
    "told",
    [
        *("yesterday", "2026-11-23T01:00:00", 7, None),
        *("0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
        *("2025-11-20T01:00:00+00:00", "2026-11-27T01:00:00+00:00"),
    ],
)
def test_a_time_of_receipt_that_we_did_not_write_is_ignored(told):
    delivery = Delivery(Tag(0, 1), b"", PlainProperties(headers={"x-mqworker-received": told}), NOW)
    assert first_received(delivery) == NOW


FRAME = 131_072 - 8
"""The most of the properties that a RabbitMQ with its usual settings takes (frame_max)."""

GREEDY = st.dictionaries(
    st.one_of(st.text(max_size=40), st.sampled_from(["CC", "x-mqworker-cc", POSITIONS_HEADER])),
    st.one_of(
        st.integers(0, 60_000).map(lambda size: "ä" * size),
        st.integers(0, 130_000).map(bytes),
        st.integers(0, 12_000).map(lambda size: [1.5] * size),
        st.integers(0, 9_000).map(lambda size: {f"k{n}": True for n in range(size)}),
    ),
    max_size=8,
)


@given(GREEDY, st.booleans())
def test_a_dead_letter_fits_into_a_frame_whatever_headers_the_original_had(headers, several):
    texts = dict.fromkeys(("content_type", "reply_to", "message_id", "app_id"), "x" * 255)
    worst = [Failure(n, Refusal("validate", "ä" * 2000, "ä" * 2000)) for n in range(0, 10_000, 2)]
    made = letter(*worst, several=several, headers=headers, expiration="9" * 255, **texts)
    assert len(write_properties(made.properties, 2)) <= FRAME
    assert made.properties.headers["x-mqworker-stage"] == "validate"


def test_the_largest_headers_are_left_out_and_named_where_all_do_not_fit():
    headers = {"small": 1, "large": "x" * 60_000, "larger": "x" * 65_000}
    told = letter(headers=headers).properties.headers
    assert ["larger"] == told["x-mqworker-left-out"]
    assert (1, "x" * 60_000) == (told["small"], told["large"])
    assert "larger" not in told


@given(GREEDY)
def test_a_header_takes_no_more_room_than_was_reckoned_with(headers):
    assert len(write_properties(PlainProperties(headers=headers))) <= octets(headers) + 10


def test_the_way_of_the_senders_message_is_kept_when_a_replay_dies():
    first = letter()
    headers = {**first.properties.headers, "x-mqworker-replays": 1}
    replayed = Delivery(Tag(0, 2), b"x", PlainProperties(headers=headers), NOW, False, "", "queue")
    again = dead_letter(
        Prepared(replayed, "m", several=False), [Failure(0, REFUSAL)], Grave("eventtask"), NOW
    )

    told = again.properties.headers
    assert ("eventtask", "key") == (told["x-mqworker-exchange"], told["x-mqworker-routing-key"])
    assert (2, 1) == (told["x-mqworker-count"], told["x-mqworker-replays"])


def test_of_several_queues_each_has_a_grave_of_its_own():
    grave = Grave("eventtask", ("firewalls",))
    delivery = Delivery(Tag(0, 1), b"x", PlainProperties(), NOW)

    assert grave == grave.of(delivery)
    assert Grave("firewalls") == grave.of(delivery._replace(queue="firewalls"))
    assert "eventtask.dead, firewalls.dead" == str(grave)
