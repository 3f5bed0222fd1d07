from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from mqworker.core.errors import MemoryUnavailable, Misconfigured
from mqworker.daemon import Signals, wait_for


def answering(*answers: str | Exception) -> Callable[[], str]:
    """Return an attempt that gives one answer after the other."""
    left = list(answers)

    def attempt() -> str:
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return attempt


def test_a_service_that_is_away_is_tried_again_and_told_of_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    away = MemoryUnavailable("no answer")
    with caplog.at_level(logging.INFO):
        wait_for("memory", answering(away, away, away, "all is there"), Signals(), pause_s=0.0)

    assert caplog.messages == [
        "memory not there yet, waiting: no answer",
        "memory ready: all is there",
    ]


def test_a_service_that_refuses_for_good_is_not_tried_again() -> None:
    with pytest.raises(Misconfigured, match="wrong password"):
        wait_for("memory", answering(Misconfigured("wrong password")), Signals(), pause_s=0.0)


def test_whoever_waits_for_a_service_stops_when_told_to() -> None:
    signals = Signals()

    def attempt() -> str:
        signals.stop()
        raise MemoryUnavailable("no answer")

    wait_for("memory", attempt, signals, pause_s=0.0)
    assert signals.stops == 1
