from __future__ import annotations

from typing import Any

import pytest

from mqworker.core.queue_check import judge_queue

SOUND = {"name": "eventtask", "durable": True, "type": "classic", "arguments": {}, "messages": 3}


def queue(policy: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return {**SOUND, "effective_policy_definition": policy or {}, "policy": "ours", **changes}


def test_a_sound_queue_is_told_in_one_line() -> None:
    (finding,) = judge_queue(queue(), "/", 3, dead=False)
    assert ("good", "classic, policy ours, 3 messages") == (finding.verdict, finding.told)


@pytest.mark.parametrize(
    "made",
    [
        queue(durable=False),
        queue(auto_delete=True),
        queue(exclusive=True),
        queue({"message-ttl": 60000}),
        queue({"expires": 60000}),
        queue({"max-length": 9}),
        queue({"max-length-bytes": 9, "overflow": "drop-head"}),
        queue(arguments={"x-max-length": 9}),
        queue({"delivery-limit": 20}, type="quorum"),
    ],
)
def test_what_would_lose_messages_is_named_with_its_cure(made: dict[str, Any]) -> None:
    (finding,) = judge_queue(made, "/", 3, dead=False)
    assert ("bad", True) == (finding.verdict, finding.loses)
    assert "rabbitmqctl" in finding.cure


def test_a_full_queue_that_refuses_messages_loses_none() -> None:
    (finding,) = judge_queue(
        queue({"max-length": 9, "overflow": "reject-publish"}), "/", 3, dead=True
    )
    assert "good" == finding.verdict


def test_what_goes_to_another_queue_is_doubtful_only() -> None:
    made = queue({"message-ttl": 60000, "dead-letter-exchange": "late"})
    (finding,) = judge_queue(made, "/", 3, dead=False)
    assert ("doubtful", False) == (finding.verdict, finding.loses)


@pytest.mark.parametrize(("major", "verdict"), [(3, "good"), (4, "bad")])
def test_a_quorum_queue_of_rabbitmq_4_has_a_limit_that_nobody_set(major: int, verdict: str) -> None:
    (finding,) = judge_queue(queue(type="quorum"), "/", major, dead=False)
    assert verdict == finding.verdict


def test_a_dead_letter_queue_without_bounds_is_doubtful() -> None:
    (finding,) = judge_queue(queue(name="eventtask.dead"), "a b", 3, dead=True)
    assert "doubtful" == finding.verdict
    assert finding.cure == (
        "rabbitmqctl set_policy -p 'a b' eventtask.dead '^eventtask\\.dead$' --apply-to queues "
        """'{"max-length": 100000, "overflow": "reject-publish"}'"""
    )


def test_a_timeout_that_is_shorter_than_an_outage_is_doubtful() -> None:
    (finding,) = judge_queue(queue({"consumer-timeout": 60000}), "/", 4, dead=False)
    assert "doubtful" == finding.verdict
