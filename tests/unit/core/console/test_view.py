from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mqworker.core.console.view import Unasked, fields_of, number_of, selection_of, time_of
from mqworker.core.letter import EVERY, Selection
from tests.pages import NOW, asked


def test_nothing_asked_for_is_every_letter() -> None:
    assert EVERY == selection_of(asked()) == selection_of(asked(stage=" ", reason="", age="never"))


def test_letters_are_selected_by_all_fields() -> None:
    wanted = asked(stage="decode", schema="event", reason="IP", identity=" m", until="2026-11-23")

    assert Selection(
        frozenset({" m"}),
        frozenset({"decode"}),
        frozenset({"event"}),
        "IP",
        None,
        datetime(2026, 11, 23, tzinfo=UTC),
    ) == selection_of(wanted)


def test_an_age_is_a_time_from_now_and_the_later_of_two_counts() -> None:
    assert NOW - timedelta(hours=1) == selection_of(asked(age="1h")).since
    assert (
        datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
        == selection_of(asked(age="1h", since="2026-11-23T11:30:00Z")).since
    )


def test_the_fields_of_a_form_mean_the_same_letters_later() -> None:
    selection = selection_of(asked(age="1h", stage="decode", identity="m"))

    assert selection == selection_of(asked(**fields_of(selection, "q")))


@pytest.mark.parametrize(
    "text", ["yesterday", "9999-99-99", "<script>", "0001-01-01T00:00:00+14:00"]
)
def test_what_is_no_time_is_said_to_be_none(text: str) -> None:
    with pytest.raises(Unasked, match="since: expected a time"):
        time_of(asked(since=text), "since")


@pytest.mark.parametrize("text", ["0", "-1", "11", "9" * 5000, "1.5", "\u0663", "x"])
def test_what_is_no_number_within_the_bounds_is_said_to_be_none(text: str) -> None:
    with pytest.raises(Unasked, match="limit: expected a whole number from 1 to 10"):
        number_of(asked(limit=text), "limit", 5, 10)


def test_a_number_that_is_not_given_is_the_usual_one() -> None:
    assert (5, 10) == (
        number_of(asked(), "limit", 5, 10),
        number_of(asked(limit="10"), "limit", 5, 10),
    )
