from __future__ import annotations

import pytest

from mqworker.core.repeats import Bound, Repeats


@pytest.fixture
def repeats() -> Repeats:
    return Repeats(Bound(most=3, window_s=30.0))


def test_the_first_of_a_kind_are_said_and_the_rest_of_the_window_is_not(repeats: Repeats) -> None:
    assert [True] * 3 + [False] * 2 == [repeats.says("kind", float(now)) for now in range(5)]


def test_what_was_held_back_is_counted_when_its_window_is_over(repeats: Repeats) -> None:
    for now in range(10):
        repeats.says("kind", float(now))

    assert repeats.over(29.9) == {}
    assert repeats.over(30.0) == {"kind": 7}
    assert repeats.over(31.0) == {}


def test_a_kind_is_said_again_in_a_new_window(repeats: Repeats) -> None:
    for _ in range(10):
        repeats.says("kind", 0.0)
    repeats.over(30.0)

    assert [True] * 3 + [False] == [repeats.says("kind", 30.0) for _ in range(4)]


def test_other_kinds_are_said(repeats: Repeats) -> None:
    for _ in range(10):
        repeats.says("kind", 0.0)

    assert repeats.says("another", 0.0)


def test_a_window_in_which_nothing_was_held_back_ends_without_a_word(repeats: Repeats) -> None:
    repeats.says("kind", 0.0)

    assert repeats.over(30.0) == {}
    assert repeats.windows == {}


def test_at_the_end_everything_held_back_is_counted(repeats: Repeats) -> None:
    for kind in ("a", "b"):
        for _ in range(5):
            repeats.says(kind, 0.0)

    assert repeats.rest() == {"a": 2, "b": 2}


def test_said_and_counted_are_all_that_came(repeats: Repeats) -> None:
    said, counted = 0, 0
    for now in range(1000):
        counted += sum(repeats.over(now / 7).values())
        said += repeats.says(now % 3, now / 7)
    counted += sum(repeats.rest().values())

    assert said + counted == 1000
