"""How many messages to ask a broker for at a time, where some may be large.

A broker counts messages, not bytes: 8000 of 10 MB would be 80 GB on their way before the first is
settled.

1. The large messages in our hands weigh at most `most_bytes`, and the one more that shows it. Small
   ones are not weighed: as many as `most` of them are bearable, and most messages are small.
2. After it was too much, half as many are asked for as there were; so one at least is always taken.
3. Once twice as many came as are asked for, none of them large, twice as many are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable

LARGE_BYTES = 32768


class Prefetch:
    """Weighs the unsettled messages of one channel after the other."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self.most = most
        self.most_bytes = most_bytes
        self.current = most
        self.weights: dict[int, int] = {}
        self.weight = 0
        self.calm = 0

    def start(self) -> None:
        """Begin a new channel: nothing is in our hands."""
        self.weights.clear()
        self.weight = self.calm = 0

    def add(self, number: int, size: int) -> bool:
        """Weigh a large message; return whether it is too much, and fewer are to be asked for."""
        self.weights[number] = size
        self.weight += size
        self.calm = 0
        if self.weight <= self.most_bytes:
            return False
        self.current = max(1, min(self.current, len(self.weights)) // 2)
        return True

    def settle(self, numbers: Iterable[int]) -> None:
        """Forget messages that are in our hands no more."""
        if self.weights:
            for number in numbers:
                self.weight -= self.weights.pop(number, 0)

    def pass_on(self, count: int) -> bool:
        """Note that so many were handed over; return whether more are to be asked for now."""
        if self.current == self.most:
            return False
        self.calm += count
        if self.weights or self.calm < 2 * self.current:
            return False
        self.current = min(self.most, 2 * self.current)
        self.calm = 0
        return True
