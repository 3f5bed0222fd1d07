"""How long to wait before the next try."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential backoff with jitter; all in seconds.

    The delay doubles with each attempt from `least_s` to `most_s`, and a half of it is chance, so
    that many workers that failed together do not come back together.
    """

    least_s: float = 0.5
    most_s: float = 30.0

    def delay_s(self, attempt: int, chance: float) -> float:
        """Return the seconds to wait after failed attempt number `attempt` (from 0).

        Args:
            attempt: how many failed before this one.
            chance: a random number in [0, 1).
        """
        full = min(self.most_s, self.least_s * 2.0 ** min(attempt, 60))
        return full * (0.5 + chance / 2)
