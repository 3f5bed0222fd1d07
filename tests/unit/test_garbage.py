"""When the collector of garbage looks."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from mqworker.garbage import RATIO, SELDOM_S, Garbage


class Clock:
    """A clock that is set, and looks that take their time by it."""

    def __init__(self) -> None:
        self.now = 100.0
        self.takes_s = 0.0
        self.looks: list[float] = []

    def __call__(self) -> float:
        return self.now

    def look(self) -> None:
        self.looks.append(self.now)
        self.now += self.takes_s


class Knot:
    """An object in a cycle."""

    def __init__(self) -> None:
        self.end = self


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def _usual() -> Iterator[None]:
    yield
    gc.enable()
    gc.unfreeze()


def run_until(garbage: Garbage, clock: Clock, end: float) -> None:
    while clock.now < end:
        garbage.tend()
        clock.now += 1.0


def test_it_looks_once_a_minute(clock):
    run_until(Garbage(clock, clock.look), clock, 100.0 + 3.5 * SELDOM_S)
    assert [round((at - 100.0) / SELDOM_S) for at in clock.looks] == [1, 2, 3]


def test_looks_that_take_long_are_so_much_rarer(clock):
    clock.takes_s = 2.0
    run_until(Garbage(clock, clock.look), clock, 10_000.0)
    gaps = {round(b - a) for a, b in zip(clock.looks, clock.looks[1:], strict=False)}
    assert gaps == {round(clock.takes_s * (1 + RATIO))}


@pytest.mark.usefixtures("_usual")
def test_cycles_are_gone_after_a_look_and_nothing_else_looks_for_them(clock):
    garbage = Garbage(clock)
    garbage.begin()
    knot = weakref.ref(Knot())
    kept = [[] for _ in range(100_000)]
    garbage.tend()
    assert knot() is not None
    clock.now += SELDOM_S
    garbage.tend()
    assert knot() is None
    assert len(kept) == 100_000
