"""Which deliveries of a channel to acknowledge now: many with one frame, few alone.

1. A number is acknowledged once, and only when it is settled: acknowledging it again, or one that
   was never handed over, closes the channel (AMQP 0-9-1, basic.ack: precondition-failed).
2. An acknowledgement with `multiple` never reaches over a number that is not settled.
3. One number that is not settled for long does not hold up those behind it: what was settled
   meanwhile is acknowledged alone once the oldest open number has stood still for `hold_s`
   seconds, or once more than `hold_most` wait. Before that, waiting saves a frame for each.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Acks(NamedTuple):
    """What to tell the broker.

    up_to: acknowledge this number and every older one that is open (`multiple`); None: nothing.
    alone: acknowledge each of these, and nothing else with it.
    """

    up_to: int | None = None
    alone: Sequence[int] = ()


class AckWindow:
    """The open deliveries of one channel, in the order in which they were handed over."""

    def __init__(self, hold_most: int = 1000, hold_s: float = 1.0) -> None:
        self.hold_most = hold_most
        self.hold_s = hold_s
        self.order: deque[int] = deque()
        self.open: set[int] = set()
        self.held: set[int] = set()
        self.still_since: float | None = None

    def __len__(self) -> int:
        """Return how many are handed over and not acknowledged."""
        return len(self.order)

    def deliver(self, numbers: Sequence[int]) -> None:
        """Note that these were handed over; numbers only ever grow."""
        self.order.extend(numbers)
        self.open.update(numbers)

    def settle(self, numbers: Iterable[int]) -> None:
        """Note that these may be acknowledged; what is not open is ignored."""
        settled = self.open.intersection(numbers)
        self.open -= settled
        self.held |= settled

    def take(self, now: float) -> Acks:
        """Return what to acknowledge now; it counts as done.

        Args:
            now: seconds on a clock that never goes back.
        """
        if not self.held:
            return NOTHING
        up_to = self.advance()
        if up_to is not None:
            self.still_since = None
        if not self.held:
            return Acks(up_to)
        if self.still_since is None:
            self.still_since = now
        overdue = now - self.still_since >= self.hold_s or len(self.held) > self.hold_most
        return Acks(up_to, self.release() if overdue else ())

    def take_all(self) -> Acks:
        """Return all that is settled, before the channel is left."""
        return Acks(self.advance(), self.release())

    def advance(self) -> int | None:
        """Drop the settled numbers before the oldest open one; return the last of them."""
        order, held = self.order, self.held
        last = None
        while order and order[0] in held:
            last = order.popleft()
            held.remove(last)
        return last

    def release(self) -> list[int]:
        """Drop and return all that is held."""
        alone = [number for number in self.order if number in self.held]
        self.order = deque(number for number in self.order if number not in self.held)
        self.held.clear()
        return alone


NOTHING = Acks()
