"""Python's collector of garbage, kept from looking at thousands of messages again and again.

It finds reference cycles. Steady work makes none (0 in 200,000 events), failures and a new
connection leave a few. A look at what is remembered and in hand takes about half a second for a
million events, so there is one a minute at most, and so few that they take a thousandth of the
time. What has no cycles is gone at once without it.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

SELDOM_S = 60.0
"""Between two looks, in seconds, at least."""

RATIO = 1000.0
"""So many times longer than the last look took is the time until the next."""


class Garbage:
    """Decides when the collector looks. For the main thread.

    clock: monotonic seconds. look: searches everything that is not frozen for cycles.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        look: Callable[[], object] = gc.collect,
    ) -> None:
        self.clock = clock
        self.look = look
        self.due = clock() + SELDOM_S

    def begin(self) -> None:
        """Take over from the collector, which never looks at what there is already."""
        gc.collect()
        gc.freeze()
        gc.disable()

    def tend(self) -> None:
        """Look for cycles, if it is time for it."""
        began = self.clock()
        if began >= self.due:
            self.look()
            ended = self.clock()
            self.due = ended + max(SELDOM_S, RATIO * (ended - began))

    def end(self) -> None:
        """Spare the end of the process a look at everything: memory goes back as a whole."""
        gc.freeze()
