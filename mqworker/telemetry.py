"""What happened, counted. Each name here is a promise to whoever reads logs and metrics."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from mqworker.core.correlation.answer import Answer, Fill
from mqworker.core.histogram import Histogram

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


LATENCIES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Bounds of the seconds that a bulk request takes."""

SIZES = (1.0, 10.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2500.0)
"""Bounds of how many documents are in one."""


class Tally:
    """Counts facts since the start of the process.

    fills: by the identity field's position and the kind of link. letters: dead letters, by the
    stage that refused them. latency, sizes: of bulk requests, in seconds and documents.
    """

    def __init__(self) -> None:
        self.counts: Counter[Fact] = Counter()
        self.told: Counter[Fact] = Counter()
        self.fills: Counter[tuple[int, str]] = Counter()
        self.letters: Counter[str] = Counter()
        self.latency = Histogram(LATENCIES)
        self.sizes = Histogram(SIZES)

    def add(self, fact: Fact, number: int = 1) -> None:
        """Count `number` more of `fact`."""
        self.counts[fact] += number

    def fill(self, answer: Answer) -> None:
        """Count the fields that an answer fills, and over which kind of link."""
        for position, finding in answer.items():
            if isinstance(finding, Fill):
                self.counts["filled"] += 1
                self.fills[position, finding.link] += 1

    def bury(self, stage: str) -> None:
        """Count a message that is a dead letter now, by the stage that refused it first."""
        self.counts["dead_lettered"] += 1
        self.letters[stage] += 1

    def answer(self, documents: int, seconds: float) -> None:
        """Count a bulk request that was answered."""
        self.counts["bulks"] += 1
        self.latency.observe(seconds)
        self.sizes.observe(documents)

    def news(self) -> dict[Fact, int]:
        """Return what was counted since this was last asked, without zeros."""
        fresh = self.counts - self.told
        self.told = self.counts.copy()
        return dict(fresh)
