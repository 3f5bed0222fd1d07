"""One visit to the memory of correlation: what waits for it, and what it brings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from mqworker.amending import Entry
from mqworker.core.correlation.sighting import Sighting
from mqworker.core.message import STORED
from mqworker.pending import Pending


class Visit(NamedTuple):
    """One visit to the memory, and what waits for it.

    batches: events to remember, then to write.
    early: events to remember that were written without being correlated: the memory was gone.
    written: documents to compare with what is known after the write.
    fetched: documents that were read, to be compared likewise.
    needed: the log may drop what is before this position; 0 for nothing.
    """

    generation: int
    batches: list[list[Pending]]
    early: list[list[Pending]]
    written: list[Pending]
    fetched: list[Entry]
    needed: int

    @property
    def sightings(self) -> list[Sighting]:
        """What to append."""
        batches = [*self.early, *self.batches]
        return [item.sighting for batch in batches for item in batch if item.sighting]

    @property
    def items(self) -> list[Pending]:
        """The events to remember."""
        return [item for batch in [*self.early, *self.batches] for item in batch]


@dataclass(slots=True)
class Progress:
    """What a look at the finished work brought: batches to write, and events that are complete."""

    ready: list[list[Pending]] = field(default_factory=list)
    complete: list[Pending] = field(default_factory=list)

    def write(self, items: list[Pending]) -> None:
        """Add a batch to write, but for what has no form in JSON: that is decided already."""
        broken = [item for item in items if item.outcome is not STORED]
        self.ready.append([each for each in items if each.outcome is STORED] if broken else items)
        self.complete += [item for item in broken if item.paid()]
