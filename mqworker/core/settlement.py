"""What a delivery still waits for, and how it ends.

1. A message is settled once, when each of its events is stored or refused.
2. Nothing refused: ack. Anything refused: one dead letter for the whole message, naming the
   positions that failed; ack when the broker has confirmed it, and not before.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mqworker.core.message import Failure, Outcome, Prepared, Refusal


@dataclass(slots=True)
class OpenMessage:
    """A delivery that is not settled yet: how many of its events are still on their way."""

    prepared: Prepared
    waiting: int
    failures: list[Failure] = field(default_factory=list)

    def conclude(self, position: int, outcome: Outcome) -> None:
        """Take note of what became of the event at `position` (not of a `retry`)."""
        self.waiting -= 1
        if outcome.status == "refused":
            self.failures.append(Failure(position, Refusal("write", outcome.reason)))


def opened(prepared: Prepared) -> OpenMessage:
    """Return the open message for a prepared delivery."""
    return OpenMessage(prepared, len(prepared.events), list(prepared.failures))
