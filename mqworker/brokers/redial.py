"""Which of several brokers to try next, and when.

1. The first broker is preferred: after the loss of a connection that had lasted, it is tried first.
2. The others follow at once; there is a pause, growing, only when all have failed.
3. A connection that does not last counts as a failure, so that nothing spins.
"""

from __future__ import annotations

from collections.abc import Callable

from mqworker.core.backoff import Backoff

LASTING_S = 10.0

PATIENCE = Backoff(least_s=0.2, most_s=30.0)


class Redial:
    """Counts the failures of connecting to `count` brokers; given the time and chance."""

    def __init__(self, count: int, backoff: Backoff, chance: Callable[[], float]) -> None:
        self.count = count
        self.backoff = backoff
        self.chance = chance
        self.index = 0
        self.rounds = 0
        self.not_before = float("-inf")

    def wait_s(self, now: float) -> float:
        """Return how long to wait before dialing broker number `index`, in seconds."""
        return max(0.0, self.not_before - now)

    def fail(self, now: float) -> None:
        """Note that the broker in turn can't be used: go on to the next."""
        self.index = (self.index + 1) % self.count
        if self.index == 0:
            self.not_before = now + self.backoff.delay_s(self.rounds, self.chance())
            self.rounds += 1

    def lose(self, now: float, since: float) -> None:
        """Note that a connection which was ready since then is lost."""
        if now - since < LASTING_S:
            self.fail(now)
            return
        self.index = self.rounds = 0
        self.not_before = now + self.backoff.delay_s(0, self.chance())
