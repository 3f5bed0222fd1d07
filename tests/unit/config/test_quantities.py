from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqworker.config.kinds import Unfit
from mqworker.config.quantities import duration, size, whole_duration


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("5s", 5.0),
        ("250ms", 0.25),
        ("300ms", 0.3),
        ("2m", 120.0),
        ("2 min", 120.0),
        ("1.5h", 5400.0),
        ("1d", 86400.0),
        ("0.1", 0.1),
        (".5s", 0.5),
        (30, 30.0),
        (0.1, 0.1),
    ],
)
def test_durations_are_seconds_or_have_a_unit(value: object, expected: float) -> None:
    assert expected == duration().accept(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("10MiB", 10485760), ("1.5 KiB", 1536), ("2kB", 2000), ("7", 7), ("7B", 7), (4096, 4096)],
)
def test_sizes_are_bytes_or_have_a_unit(value: object, expected: int) -> None:
    assert expected == size().accept(value)


@pytest.mark.parametrize("value", ["5 sec", "-1s", "1s 2s", "ms", "", "5S", "\u0661s", True, None])
def test_what_is_no_duration_is_refused(value: object) -> None:
    with pytest.raises(Unfit):
        duration().accept(value)


@pytest.mark.parametrize("value", ["10mib", "0.5B", "-1", "0", 1.5, False])
def test_what_is_no_size_is_refused(value: object) -> None:
    with pytest.raises(Unfit):
        size().accept(value)


def test_a_fraction_of_a_second_is_refused_where_whole_ones_are_asked_for() -> None:
    assert whole_duration(1, 60).accept("1m") == 60
    with pytest.raises(Unfit):
        whole_duration(1, 60).accept("1.5s")


def test_a_wrong_unit_is_named_in_the_refusal() -> None:
    with pytest.raises(Unfit, match="mib is no unit"):
        size().accept("10mib")


@given(st.floats(0, 10**9))
def test_a_duration_as_shown_is_the_same_duration(seconds: float) -> None:
    kind = duration()

    assert seconds == kind.parse(kind.show(seconds))


@given(st.integers(1, 2**50))
def test_a_size_as_shown_is_the_same_size(number: int) -> None:
    kind = size()

    assert number == kind.parse(str(kind.show(number)))
