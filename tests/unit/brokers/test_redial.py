from __future__ import annotations

import pytest

from mqworker.brokers.redial import LASTING_S, Redial
from mqworker.core.backoff import Backoff


@pytest.fixture
def redial() -> Redial:
    return Redial(3, Backoff(1.0, 4.0), lambda: 0.0)


def test_the_other_brokers_are_tried_at_once_and_then_there_is_a_pause(redial: Redial) -> None:
    tried = []
    for _ in range(4):
        tried.append((redial.index, redial.wait_s(0.0)))
        redial.fail(0.0)

    assert [(0, 0.0), (1, 0.0), (2, 0.0), (0, 0.5)] == tried


def test_the_pause_grows_with_each_round_up_to_its_bound(redial: Redial) -> None:
    pauses = []
    for _ in range(5):
        for _ in range(3):
            redial.fail(0.0)
        pauses.append(redial.wait_s(0.0))

    assert [0.5, 1.0, 2.0, 2.0, 2.0] == pauses


def test_the_pause_passes_with_the_time(redial: Redial) -> None:
    for _ in range(3):
        redial.fail(10.0)

    assert 0.25 == redial.wait_s(10.25)
    assert 0.0 == redial.wait_s(11.0)


def test_the_loss_of_a_lasting_connection_starts_anew_with_the_first(redial: Redial) -> None:
    for _ in range(4):
        redial.fail(0.0)

    redial.lose(100.0, since=100.0 - LASTING_S)

    assert (0, 0.5) == (redial.index, redial.wait_s(100.0))
    for _ in range(3):
        redial.fail(101.0)
    assert 0.5 == redial.wait_s(101.0)


def test_the_loss_of_a_short_connection_is_a_failure_like_others(redial: Redial) -> None:
    for _ in range(5):
        redial.fail(0.0)

    redial.lose(1.0, since=0.5)

    assert (0, 1.0) == (redial.index, redial.wait_s(1.0))
