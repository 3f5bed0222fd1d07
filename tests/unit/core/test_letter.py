from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mqworker.core.deadletter import Grave, dead_letter
from mqworker.core.letter import NO_REASON, Letter, Selection, read_letter
from mqworker.core.message import Delivery, Failure, PlainProperties, Prepared, Refusal, Tag

RECEIVED = datetime(2026, 11, 23, 1, tzinfo=UTC)
DIED = datetime(2026, 11, 23, 2, tzinfo=UTC)
REFUSAL = Refusal("validate", "Not an IP", "/details/ip", "format", schema="event")


def delivered(body: bytes = b"x", **properties: Any) -> Delivery:
    return Delivery(Tag(0, 1), body, PlainProperties(**properties), RECEIVED, False, "x", "k")


def letter(*failures: Failure, several: bool = False, **properties: Any) -> Letter:
    prepared = Prepared(delivered(**properties), "m", several=several)
    made = dead_letter(prepared, failures or [Failure(0, REFUSAL)], Grave("eventtask"), DIED)
    return read_letter(Delivery(Tag(9, 9), made.body, made.properties, DIED))


def test_what_was_written_into_a_letter_is_read_from_it() -> None:
    read = letter()

    assert ("m", DIED, 1, 0, 1) == (
        read.identity,
        read.died,
        read.deaths,
        read.replays,
        read.events,
    )
    assert (Failure(0, REFUSAL),) == read.failures


def test_each_failure_of_several_events_is_read_with_its_position() -> None:
    failures = [Failure(3, REFUSAL), Failure(7, Refusal("write", "400"))]

    assert tuple(failures) == letter(*failures, several=True).failures


def test_all_failed_events_are_counted_where_not_all_are_described() -> None:
    assert 50 == letter(*[Failure(n, REFUSAL) for n in range(50)], several=True).events


@pytest.mark.parametrize(
    "headers",
    [
        None,
        {},
        {"x-mqworker-time": "yesterday", "x-mqworker-count": "many", "x-mqworker-failures": [1]},
        {"x-mqworker-time": 7, "x-mqworker-stage": 7, "x-mqworker-failures": []},
        {"x-mqworker-time": "2026-11-23T02:00:00"},
    ],
)
def test_what_others_put_there_is_a_letter_of_an_unknown_stage(headers: Any) -> None:
    read = read_letter(delivered(headers=headers, message_id="theirs"))

    assert ("theirs", None, 0, 0) == (read.identity, read.died, read.deaths, read.replays)
    told = {(each.refusal.stage, each.refusal.reason) for each in read.failures}
    assert {("unknown", NO_REASON)} == told


def test_a_second_copy_has_the_same_key_and_a_later_death_another() -> None:
    again = letter(headers={"x-mqworker-count": 1})

    assert letter().key == letter().key
    assert letter().key != again.key
    assert letter().key != letter(body=b"y").key


@pytest.mark.parametrize(
    ("selection", "taken"),
    [
        (Selection(), True),
        (Selection(identities=frozenset({"m", "n"})), True),
        (Selection(identities=frozenset({"n"})), False),
        (Selection(stages=frozenset({"validate"}), schemas=frozenset({"event"})), True),
        (Selection(stages=frozenset({"decode"})), False),
        (Selection(schemas=frozenset({"authentication"})), False),
        (Selection(reason="not an ip"), True),
        (Selection(reason="not a name"), False),
        (Selection(since=DIED, until=DIED), True),
        (Selection(since=DIED + timedelta(seconds=1)), False),
        (Selection(until=DIED - timedelta(seconds=1)), False),
    ],
)
def test_a_selection_takes_what_fits_all_that_it_asks_for(
    selection: Selection, *, taken: bool
) -> None:
    assert taken == selection.takes(letter())


def test_of_several_failures_one_has_to_fit_as_a_whole() -> None:
    both = letter(Failure(0, REFUSAL), Failure(1, Refusal("write", "400")), several=True)

    assert Selection(stages=frozenset({"write"}), reason="400").takes(both)
    assert not Selection(stages=frozenset({"write"}), reason="not an ip").takes(both)


def test_a_letter_of_an_unknown_time_is_in_no_span() -> None:
    timeless = read_letter(delivered())

    assert Selection().takes(timeless)
    assert not Selection(since=DIED).takes(timeless)
