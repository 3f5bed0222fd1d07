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

    It keeps of what was prepared what a dead letter is made of.

    waiting: how many of its events are still on their way. failures: those that came to nothing.
    receipt: since when it is in hand.
    """

    __slots__ = ("delivery", "failures", "identity", "receipt", "several", "waiting")

    def __init__(self, prepared: Prepared) -> None:
        self.delivery = prepared.delivery
        self.identity = prepared.identity
        self.several = prepared.several
        self.waiting = len(prepared.events)
        self.failures = prepared.failures
        self.receipt = NO_RECEIPT

    @property
    def remains(self) -> Prepared:
        """What is left of what was prepared: all but the events."""
        return Prepared(self.delivery, self.identity, self.several, (), self.failures)

    def conclude(self, position: int, outcome: Outcome) -> None:
        """Take note of what became of the event at `position` (not of a `retry`)."""
        self.waiting -= 1
        if outcome.status == "refused":
            self.failures += (Failure(position, Refusal("write", outcome.reason)),)
