from __future__ import annotations

from datetime import date

import pytest

from mqworker.core.holding import Holding, day_of, over
from mqworker.core.naming import Naming

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("events-20260301", date(2026, 3, 1)),
        ("events-20260230", None),
        ("events-2026030", None),
        ("events-202603011", None),
        ("events-2026030\N{ARABIC-INDIC DIGIT ONE}", None),
        ("events-out-of-range", None),
        ("events-weekly", None),
        ("events", None),
        ("20260301", None),
        ("alerts-20260301", None),
    ],
)
def test_only_a_real_day_behind_the_prefix_is_a_day(name: str, day: date | None) -> None:
    assert day == day_of(name, "events")


def names(keep: int, *, catch_all: bool = False) -> list[str]:
    held = [
        Holding("events-out-of-range", 1, 1),
        Holding("events-20260309", 1, 1),
        Holding("events-20260308", 1, 1),
        Holding("events-20260301", 1, 1),
        Holding("events-20260228", 1, 1, ours=False),
        Holding("events-20250101", 1, 1),
        Holding("events-weekly", 1, 1),
    ]
    return [one.name for one in over(held, Naming(), TODAY, keep, catch_all=catch_all)]


def test_days_before_those_to_keep_are_over_and_nothing_of_others() -> None:
    assert ["events-20250101", "events-20260301"] == names(2)
    assert ["events-20250101", "events-20260301", "events-20260308", "events-20260309"] == names(0)
    assert [] == names(1000)


def test_the_index_of_events_out_of_range_is_over_only_when_told() -> None:
    assert ["events-20250101", "events-out-of-range"] == names(30, catch_all=True)
