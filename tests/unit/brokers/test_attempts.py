from __future__ import annotations

import logging

import pytest

from mqworker.brokers.attempts import Attempts
from mqworker.core.backoff import Backoff


def attempts(urls: tuple[str, ...], now: list[float]) -> Attempts:
    return Attempts(urls, Backoff(1.0, 60.0), clock=lambda: now[0], chance=lambda: 1.0)


def test_the_first_attempt_is_due_at_once() -> None:
    assert attempts(("redis://a",), [5.0]).await_turn(0.0)


def test_each_url_is_tried_in_turn_and_each_failed_round_doubles_the_wait() -> None:
    now = [0.0]
    tried = attempts(("redis://a", "redis://b"), now)
    seen = []
    for _ in range(5):
        seen.append((tried.url, now[0]))
        tried.failed(OSError("refused"))
        now[0] = tried.due
    assert seen == [
        ("redis://a", 0.0),
        ("redis://b", 1.0),
        ("redis://a", 2.0),
        ("redis://b", 4.0),
        ("redis://a", 6.0),
    ]


def test_an_attempt_that_is_not_due_is_waited_for_no_longer_than_allowed() -> None:
    tried = attempts(("redis://a",), [0.0])
    tried.failed(OSError())
    assert not tried.await_turn(0.01)


def test_after_a_success_the_same_url_stays_and_the_next_failure_is_a_first_one() -> None:
    now = [0.0]
    tried = attempts(("redis://a", "redis://b"), now)
    for _ in range(7):
        tried.failed(OSError())
    tried.succeeded()
    assert tried.url == "redis://b"
    tried.failed(OSError())
    assert tried.due == 1.0


def test_no_password_of_the_url_or_of_the_error_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    tried = attempts(("redis://:secret@a",), [0.0])
    tried.failed(OSError("redis://:secret@a is not there"))
    tried.succeeded()
    assert "is not there" in caplog.text
    assert "secret" not in caplog.text
