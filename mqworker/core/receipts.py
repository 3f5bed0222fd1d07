"""Since when messages are in hand: a receipt for each group of them that came at once.

What is in hand longest is not what came first: one message may be tried again and again while the
others pass. So each knows its receipt, which counts those of its group that are left.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from mqworker.core.message import Delivery

MOST = 4096
"""So many receipts are kept before those of which nothing is left are looked for."""


class Receipt:
    """Messages that came at once.

    at: when, in monotonic seconds. sent: when the first of them was, in seconds since 1970, by its
    AMQP timestamp; 0 when it has none. left: how many are not done with.
    """

    __slots__ = ("at", "left", "sent")

    def __init__(self, at: float, sent: int, left: int) -> None:
        self.at = at
        self.sent = sent
        self.left = left


NO_RECEIPT = Receipt(0.0, 0, 0)
"""Of messages that nobody asks about."""


class Receipts:
    """What is in hand. Changed by one thread; others may look."""

    def __init__(self) -> None:
        self.given: deque[Receipt] = deque()
        self.last = NO_RECEIPT

    def take(self, deliveries: Sequence[Delivery], now: float) -> None:
        """Note that messages came; `last` is their receipt."""
        sent: object = getattr(deliveries[0].properties, "timestamp", None)
        self.last = Receipt(now, sent if isinstance(sent, int) else 0, len(deliveries))
        given = self.given
        while given and given[0].left <= 0:
            given.popleft()
        if len(given) >= MOST:
            self.given = given = deque([receipt for receipt in given if receipt.left > 0])
        given.append(self.last)

    def waiting(self) -> list[Receipt]:
        """Return the receipts of what is not done with, the oldest first."""
        return [receipt for receipt in list(self.given) if receipt.left > 0]
