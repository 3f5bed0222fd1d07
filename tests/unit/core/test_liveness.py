from __future__ import annotations

import pytest

from mqworker.core.liveness import LEAST_S, patience_s, stall


def test_the_patience_lasts_for_two_requests_without_an_answer_and_the_backoff_between_them() -> (
    None
):
    assert 90.0 == patience_s(30.0, 30.0)


def test_the_patience_is_never_shorter_than_the_limits_of_broker_and_memory() -> None:
    assert LEAST_S == patience_s(0.1, 0.1)


@pytest.mark.parametrize(
    ("still_s", "waiting_s", "in_flight", "told"),
    [
        (1000.0, 0.0, 0, ""),
        (89.0, 89.0, 5, ""),
        (91.0, 1.0, 5, "nothing moved for 91 s, 5 messages in flight, bulk awaited for 1 s"),
        (0.0, 91.0, 5, "bulk: no answer for 91 s, 5 messages in flight"),
        (0.0, 91.0, 0, "bulk: no answer for 91 s, 0 messages in flight"),
    ],
    ids=["idle", "patient", "all is still", "one hangs while others get on", "left behind"],
)
def test_a_worker_is_stuck_when_something_is_awaited_for_longer_than_the_patience(
    still_s: float, waiting_s: float, in_flight: int, told: str
) -> None:
    assert told == stall(90.0, still_s, ("bulk", waiting_s), in_flight)
