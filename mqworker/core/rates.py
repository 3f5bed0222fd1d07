"""How fast a worker is, in one line: what `systemctl status` shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

SHOWN = {
    "received": "received",
    "stored": "stored",
    "published": "published",
    "duplicates": "duplicates",
    "retried": "retried",
    "dead_lettered": "dead letters",
}
"""The facts that are shown, and how they are called there."""

ALWAYS = ("received", "stored")
"""The daily business of a worker; other programs have another one."""

Rates = Mapping[str, float]
"""By fact: how many a second; `in_flight`: how many messages are not settled."""


def rates(
    before: Mapping[Any, int], after: Mapping[Any, int], seconds: float, in_flight: int
) -> dict[str, float]:
    """Return what happened between two counts, for each second."""
    span = max(seconds, 1e-3)
    found = {fact: (after.get(fact, 0) - before.get(fact, 0)) / span for fact in SHOWN}
    return found | {"in_flight": in_flight}


def together(several: Iterable[Rates]) -> dict[str, float]:
    """Return the rates of several workers as one."""
    total = dict.fromkeys((*SHOWN, "in_flight"), 0.0)
    for one in several:
        for fact in total:
            total[fact] += one.get(fact, 0.0)
    return total


def spell(shown: Rates, daily: Collection[str] = ALWAYS) -> str:
    """Return rates for people; what does not happen is left out, but for the daily business."""
    told = [
        f"{words} {number(shown[fact])}/s"
        for fact, words in SHOWN.items()
        if fact in daily or shown[fact]
    ]
    return f"{', '.join(told)}; {shown['in_flight']:.0f} in flight"


def number(rate: float) -> str:
    """Return a rate with as many digits as matter.

    >>> number(0.25), number(12.3), number(0.0)
    ('0.25', '12', '0')
    """
    return f"{rate:.2g}" if rate < 10 else f"{rate:.0f}"  # noqa: PLR2004 - two digits
