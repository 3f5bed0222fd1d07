from __future__ import annotations

import logging

import pytest

from mqworker.brokers.attempts import Attempts
from mqworker.core.backoff import Backoff


def attempts(urls: tuple[str, ...], now: list[float]) -> Attempts:
    return Attempts(urls, Backoff(1.0, 60.0), clock=lambda: now[0], chance=lambda: 1.0)


def test_the_first_attempt_is_due_at_once() -> None:
    assert attempts(("redis://a",), [5.0]).await_turn(0.0)


def test_each_url_is_tried_at_once_and_each_failed_round_doubles_the_wait() -> None:
    now = [0.0]
    tried = attempts(("redis://a", "redis://b"), now)
    seen = []
    for _ in range(5):
        now[0] += tried.redial.wait_s(now[0])
        seen.append((tried.url, now[0]))
        tried.failed(OSError("refused"))
    assert seen == [
        ("redis://a", 0.0),
        ("redis://b", 0.0),
        ("redis://a", 1.0),
        ("redis://b", 1.0),
        ("redis://a", 3.0),
    ]


def test_an_attempt_that_is_not_due_is_waited_for_no_longer_than_allowed() -> None:
    tried = attempts(("redis://a",), [0.0])
    tried.failed(OSError())
    assert not tried.await_turn(0.01)


def test_after_a_connection_that_lasted_the_first_url_is_tried_first() -> None:
    now = [0.0]
    tried = attempts(("redis://a", "redis://b"), now)
    tried.failed(OSError())
    assert tried.url == "redis://b"
    tried.succeeded()
    now[0] += 3600
    tried.failed(OSError())
    assert (tried.url, tried.redial.wait_s(now[0])) == ("redis://a", 1.0)


def test_an_outage_is_told_once_for_each_reason_and_its_end_too(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    tried = attempts(("redis://:secret@a",), [0.0])
    for reason in ("refused", "refused", "redis://:secret@a is loading", "refused"):
        tried.failed(OSError(reason))
    tried.succeeded()
    tried.succeeded()
    told = [record.getMessage() for record in caplog.records]
    assert told == [
        "the broker is out of reach: redis://:***@a: OSError: refused",
        "the broker is out of reach: redis://:***@a: OSError: redis://:***@a is loading",
        "connected to the broker again: redis://:***@a",
    ]
