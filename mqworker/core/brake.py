"""The brake: when most of what comes is bad, stop taking more, and try again after a while.

Without it a sender's mistake (or ours) drains the whole queue into the dead-letter queue before
anyone has looked.

Messages are judged twice: when they are prepared, and when the sink has answered. Each place has a
gauge of its own, a moving average over about `sample` of them, because a bad message is known at
once where a good one is only known after the sink has taken it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp
from typing import Literal

Place = Literal["prepare", "write"]


@dataclass(frozen=True, slots=True)
class BrakePolicy:
    """When to stop taking messages.

    ratio: the share of bad ones among about the last `sample` above which to stop; 0: never.
    sample: how many to judge by, and how many to take on trial after a pause.
    pause_s: how long to stop, in seconds.
    """

    ratio: float = 0.5
    sample: int = 200
    pause_s: float = 30.0


@dataclass(slots=True)
class Gauge:
    """The share of bad ones lately, and how many were seen altogether."""

    bad: float = 0.0
    seen: int = 0

    def observe(self, good: int, bad: int, sample: int) -> None:
        """Move the average by a group of them."""
        fade = exp(-(good + bad) / sample)
        self.bad = self.bad * fade + bad / (good + bad) * (1 - fade)
        self.seen += good + bad


@dataclass(slots=True)
class Trial:
    """What is left to take, and to see through to its end, before the brake is released."""

    take: int
    conclude: int


@dataclass(slots=True)
class Brake:
    """Watches the share of bad messages and says how many may be taken now."""

    policy: BrakePolicy
    gauges: dict[Place, Gauge] = field(default_factory=dict)
    until: float | None = None
    trial: Trial | None = None

    def observe(self, place: Place, good: int, bad: int, now: float) -> bool:
        """Take note of judged messages; return True when this made the brake close.

        Args:
            place: where they were judged.
            good: how many were usable there.
            bad: how many were not.
            now: monotonic seconds.
        """
        gauge = self.gauges.setdefault(place, Gauge())
        if good + bad:
            gauge.observe(good, bad, self.policy.sample)
            self.count_trial(place, good, bad)
        closes = (
            self.until is None
            and 0 < self.policy.ratio < gauge.bad
            and gauge.seen >= self.policy.sample
        )
        if closes:
            self.until, self.trial = now + self.policy.pause_s, None
        return closes

    def count_trial(self, place: Place, good: int, bad: int) -> None:
        """Count messages taken on trial, and end the trial when they are all decided."""
        if self.trial is None:
            return
        if place == "prepare":
            self.trial.take -= good + bad
        self.trial.conclude -= bad if place == "prepare" else good + bad
        if self.trial.conclude <= 0:
            self.trial = None

    def allowance(self, limit: int, now: float) -> int:
        """Return how many messages may be taken now, at most `limit`; 0 while the brake holds."""
        if self.until is not None:
            if now < self.until:
                return 0
            self.until, self.gauges = None, {}
            self.trial = Trial(self.policy.sample, self.policy.sample)
        return limit if self.trial is None else max(0, min(limit, self.trial.take))
