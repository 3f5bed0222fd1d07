"""What happened, counted. Each name here is a promise to whoever reads logs and metrics."""

from __future__ import annotations

from collections import Counter
from typing import Literal

Fact = Literal[
    "received",  # messages handed over by the broker
    "redelivered",  # of these, handed over before
    "stored",  # events that the sink has taken
    "duplicates",  # events that the sink had already
    "refused",  # events that can never be stored
    "unread",  # events that an extractor failed to read
    "retried",  # events that the sink could not take at a try
    "bulks",  # bulk requests answered
    "dead_lettered",  # messages confirmed in the dead-letter queue
    "settled",  # messages that the broker may forget
    "abandoned",  # messages given up with their channel; the broker delivers them again
    "filled",  # fields that correlation filled in when the event was written
    "taken_back",  # fields whose fill was found wrong or ambiguous later
    "completed",  # documents that correlation wrote again
    "braked",  # times that consumption stopped because most was bad
    "objects",  # log files of CloudTrail that were read to their end
    "published",  # events that the broker has confirmed
    "skipped",  # notifications and objects that there is nothing to read of
    "denied",  # messages put back because something could not be read for now
]


class Tally:
    """Counts facts since the start of the process."""

    def __init__(self) -> None:
        self.counts: Counter[Fact] = Counter()
        self.told: Counter[Fact] = Counter()

    def add(self, fact: Fact, number: int = 1) -> None:
        """Count `number` more of `fact`."""
        self.counts[fact] += number

    def news(self) -> dict[Fact, int]:
        """Return what was counted since this was last asked, without zeros."""
        fresh = self.counts - self.told
        self.told = self.counts.copy()
        return dict(fresh)
