from __future__ import annotations

import threading
from contextlib import suppress

import pytest

from mqworker.core.errors import BrokerUnavailable
from mqworker.lanes import Lanes
from mqworker.pulse import Pulse, answered, failed, unanswered
from tests.daemons import await_condition


class Clock:
    """A clock that stands still until it is set."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pulse(clock: Clock) -> Pulse:
    return Pulse(clock)


def test_the_end_of_an_errand_is_progress(pulse: Pulse, clock: Clock) -> None:
    with pulse.errand("bulk"):
        clock.now = 110.0
        assert 10.0 == pulse.slowest(110.0)[1]
    assert (110.0, 0.0) == (pulse.moved, pulse.slowest(200.0)[1])


def test_an_explained_failure_is_progress_too(pulse: Pulse, clock: Clock) -> None:
    with suppress(BrokerUnavailable), pulse.errand("bulk"):
        clock.now = 110.0
        raise BrokerUnavailable("refused")
    assert 110.0 == pulse.moved


def test_an_errand_that_silence_ends_is_none(pulse: Pulse, clock: Clock) -> None:
    with pulse.errand("bulk"):
        clock.now = 110.0
        unanswered()
    assert 100.0 == pulse.moved


def test_a_kind_that_gets_no_answers_is_silent_while_others_get_some(
    pulse: Pulse, clock: Clock
) -> None:
    for now in (110.0, 150.0):
        clock.now = now
        with pulse.errand("bulk"):
            clock.now += 30.0
            unanswered()
    with pulse.errand("memory"):
        pass
    assert ("bulk", 90.0) == pulse.slowest(200.0)

    with pulse.errand("bulk"):
        answered()
    assert ("", 0.0) == pulse.slowest(200.0)


def test_what_nobody_waits_for_any_more_is_no_silence(pulse: Pulse) -> None:
    with pulse.errand("bulk"):
        unanswered()
    pulse.rest()
    assert ("", 0.0) == pulse.slowest(200.0)


def test_each_answer_of_a_long_errand_is_progress(pulse: Pulse, clock: Clock) -> None:
    with pulse.errand("bulk"):
        clock.now = 110.0
        answered()
        clock.now = 115.0
        assert (110.0, 5.0) == (pulse.moved, pulse.slowest(115.0)[1])


def test_an_answer_outside_of_any_errand_is_nobodys(pulse: Pulse, clock: Clock) -> None:
    clock.now = 110.0
    answered()
    unanswered()
    assert 100.0 == pulse.moved


def test_an_errand_within_another_counts_alone_and_its_time_is_not_that_of_the_other(
    pulse: Pulse, clock: Clock
) -> None:
    with pulse.errand("S3"):
        clock.now = 110.0
        with pulse.errand("broker"):
            clock.now = 150.0
            assert ("broker", 40.0) == pulse.slowest(150.0)
        assert ("S3", 10.0) == pulse.slowest(150.0)
    assert ("", 0.0) == pulse.slowest(200.0)


def test_of_several_attempts_those_that_failed_aloud_are_answers(
    pulse: Pulse, clock: Clock
) -> None:
    with pulse.errand("S3"):
        clock.now = 110.0
        failed(BrokerUnavailable("no answer", silent=True))
        assert 10.0 == pulse.slowest(110.0)[1]
        failed(BrokerUnavailable("connection refused"))
        assert 0.0 == pulse.slowest(110.0)[1]


def test_one_thread_that_hangs_is_seen_while_the_others_get_on(pulse: Pulse, clock: Clock) -> None:
    gate = threading.Event()
    lanes = Lanes[threading.Event, bool]("lane", 2, lambda event: event.wait(10), pulse)
    lanes.submit(gate)
    await_condition(lambda: pulse.errands, 5)
    clock.now = 190.0
    free = threading.Event()
    free.set()
    lanes.submit(free)
    await_condition(lanes.collect, 5)

    assert (190.0, 90.0) == (pulse.moved, pulse.slowest(190.0)[1])
    gate.set()
    await_condition(lanes.collect, 5)
    assert 0.0 == pulse.slowest(190.0)[1]
    lanes.close()
