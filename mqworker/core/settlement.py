"""What a delivery still waits for, and how it ends.

1. A message is settled once, when each of its events is stored or refused.
2. Nothing refused: ack. Anything refused: one dead letter for the whole message, naming the
   positions that failed; ack when the broker has confirmed it, and not before.
"""

from __future__ import annotations

from mqworker.core.message import Failure, Outcome, Prepared, Refusal
from mqworker.core.receipts import NO_RECEIPT


class OpenMessage:
    """A delivery that is not settled yet.

    waiting: how many of its events are still on their way. failures: those that came to nothing.
    receipt: since when it is in hand.
    """

    __slots__ = ("failures", "prepared", "receipt", "waiting")

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self.waiting = len(prepared.events)
        self.failures = list(prepared.failures)
        self.receipt = NO_RECEIPT

    def conclude(self, position: int, outcome: Outcome) -> None:
        """Take note of what became of the event at `position` (not of a `retry`)."""
        self.waiting -= 1
        if outcome.status == "refused":
            self.failures.append(Failure(position, Refusal("write", outcome.reason)))
