"""What a check of a set-up finds: one thing, whether it is as it must be, and what mends it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

Verdict = Literal["good", "bad", "doubtful", "unseen"]

MARKS: dict[Verdict, str] = {"good": "✓", "bad": "✗", "doubtful": "!", "unseen": "?"}

DONE, UNAVAILABLE, MISCONFIGURED = 0, 69, 78
"""Exit statuses, after sysexits.h of BSD."""


class Finding(NamedTuple):
    """One thing that was looked at.

    area: what it belongs to: configuration, broker, sink … subject: what it is.
    verdict: good; bad: the worker can't work so, or not rightly; doubtful: it works, but probably
        not as meant; unseen: it could not be looked at.
    told: what was found, for people. cure: the command, or the change, that mends it.
    loses: whether it would lose data as it is.
    passing: it is bad for now only: a service does not answer.
    """

    area: str
    subject: str
    verdict: Verdict
    told: str
    cure: str = ""
    loses: bool = False
    passing: bool = False


def status_of(findings: Iterable[Finding]) -> int:
    """Return the exit status that findings stand for: a fault counts before what is only away."""
    bad = [finding for finding in findings if finding.verdict == "bad"]
    if any(not finding.passing for finding in bad):
        return MISCONFIGURED
    return UNAVAILABLE if bad else DONE
