"""Stored documents that correlation has to complete: read, remember, compare, write, read again.

1. A document is read before memory is, and written only if it still has the version that was read:
   so an older answer never overwrites a newer one, not even from a worker that is already dead.
2. Only the store knows what was written: the answer to compare with is read from the document.
3. A better answer is never replaced by a worse one, and a fill that is taken back leaves no trace.
4. A document that is not there is left alone: whoever creates it reads memory again afterwards.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from mqworker.core.correlation.answer import Answer, Fill, better
from mqworker.core.correlation.fill import emptied, filled
from mqworker.core.correlation.replica import Replica
from mqworker.core.correlation.sighting import Sighting
from mqworker.core.correlation.walk import resolve
from mqworker.core.document import serialize
from mqworker.core.message import Amendment, Outcome, Place, Stored
from mqworker.core.pace import Pace
from mqworker.core.privacy import Privacy
from mqworker.lanes import LaneMaker, Lanes
from mqworker.pending import Pending
from mqworker.ports import Revisions
from mqworker.telemetry import Tally

log = logging.getLogger(__name__)

LANES = 2


@dataclass(slots=True, eq=False)
class Entry:
    """A document to complete.

    serving: events that wait for this round. waiting: those that came when it had begun.
    stored: the document as it was read; None when it is not there.
    answer: what has been written into it, to be compared with what is known after the write.
    """

    sighting: Sighting
    serving: list[Pending] = field(default_factory=list)
    waiting: list[Pending] = field(default_factory=list)
    stored: Stored | None = None
    answer: Answer | None = None

    @property
    def place(self) -> Place:
        """Where the document is."""
        return Place(self.sighting.index_name, self.sighting.id)


class Errand(NamedTuple):
    """What a thread does for some entries: read their documents, or replace them."""

    generation: int
    entries: list[Entry]
    amendments: list[Amendment] | None


Brought = list[Stored | None] | list[Outcome]


class Amending:
    """Completes documents. For use by one thread."""

    def __init__(
        self,
        revisions: Revisions,
        replica: Replica,
        pace: Pace,
        tally: Tally,
        chance: Callable[[], float],
        lanes: LaneMaker = Lanes,
        privacy: Privacy | None = None,
    ) -> None:
        self.revisions = revisions
        self.privacy = privacy
        self.replica = replica
        self.pace = pace
        self.tally = tally
        self.chance = chance
        self.lanes: Lanes[Errand, Brought] = lanes("amend", LANES, self.run)
        self.generation = 0
        self.entries: dict[Place, Entry] = {}
        self.wanted: dict[Place, Entry] = {}
        self.fetched: list[Entry] = []
        self.decided: list[tuple[Entry, Amendment]] = []
        self.released: list[Pending] = []
        self.failures = 0
        self.not_before = 0.0

    @property
    def busy(self) -> bool:
        """Whether a document is being read or written, or shall be next."""
        return self.lanes.busy > 0 or bool(self.entries)

    def want(self, sighting: Sighting, item: Pending) -> None:
        """Have the document of a sighting completed; `item` is released when it is."""
        place = Place(sighting.index_name, sighting.id)
        entry = self.entries.get(place)
        if entry is None:
            entry = self.entries[place] = self.wanted[place] = Entry(sighting)
        (entry.serving if place in self.wanted else entry.waiting).append(item)

    def submit(self, now: float) -> None:
        """Send out what is to be read and what is to be written."""
        if now < self.not_before:
            return
        most = self.pace.batch.count
        while self.lanes.free and (self.wanted or self.decided):
            if self.decided:
                out, self.decided = self.decided[:most], self.decided[most:]
                entries, amendments = [pair[0] for pair in out], [pair[1] for pair in out]
                self.lanes.submit(Errand(self.generation, entries, amendments))
            else:
                entries = list(islice(self.wanted.values(), most))
                for entry in entries:
                    del self.wanted[entry.place]
                self.lanes.submit(Errand(self.generation, entries, None))

    def run(self, errand: Errand) -> Brought:
        """Read or replace documents; in a thread."""
        if errand.amendments is None:
            return self.revisions.fetch([entry.place for entry in errand.entries])
        return self.revisions.amend(errand.amendments)

    def collect(self, now: float) -> list[Pending]:
        """Take note of what was read and written; return the events that are released."""
        for errand, brought in self.lanes.collect():
            if errand.generation != self.generation:
                continue
            if brought is None:
                self.postpone(errand.entries, now)
                continue
            for entry, thing in zip(errand.entries, brought, strict=True):
                if isinstance(thing, Outcome):
                    self.written(entry, thing, now)
                else:
                    self.read(entry, thing)
        released, self.released = self.released, []
        return released

    def read(self, entry: Entry, stored: Stored | None) -> None:
        """Take note of a document that was read: memory comes next."""
        entry.stored, entry.answer = stored, None
        if stored is None:
            self.finish(entry)
        else:
            self.fetched.append(entry)

    def written(self, entry: Entry, outcome: Outcome, now: float) -> None:
        """Take note of what became of a completion."""
        match outcome.status:
            case "stored":
                self.failures = 0
                self.tally.add("completed")
                self.fetched.append(entry)
            case "duplicate":
                self.wanted[entry.place] = entry
            case "retry":
                self.postpone([entry], now)
            case "refused":
                # After its first words the reason quotes the document.
                why = outcome.reason.partition(":")[0]
                log.error("can't complete a document id=%s reason=%s", entry.place.id, why)
                log.debug("can't complete a document: %s", outcome.reason)
                self.finish(entry)

    def postpone(self, entries: Iterable[Entry], now: float) -> None:
        """Start over with entries when the backoff has passed."""
        if now >= self.not_before:
            self.not_before = now + self.pace.backoff.delay_s(self.failures, self.chance())
            self.failures += 1
        for entry in entries:
            self.wanted[entry.place] = entry

    def take_fetched(self) -> list[Entry]:
        """Hand over what waits for memory to be read."""
        fetched, self.fetched = self.fetched, []
        return fetched

    def decide(self, entries: Iterable[Entry]) -> Iterator[Pending]:
        """Compare documents with what memory says after they were read or written."""
        for entry in entries:
            known = resolve(self.replica, self.replica.fixed(entry.sighting))
            if entry.answer is not None:
                self.verify(entry, self.shown(known))
            elif entry.stored is not None:
                self.complete(entry, entry.stored, known)
        released, self.released = self.released, []
        yield from released

    def verify(self, entry: Entry, known: Answer) -> None:
        """End with an entry whose document says what is known; else start over."""
        if better(known, entry.answer or {}) == entry.answer:
            self.finish(entry)
        else:
            self.wanted[entry.place] = entry

    def complete(self, entry: Entry, stored: Stored, known: Answer) -> None:
        """Plan the write of a document that does not say what is known yet."""
        event, told = emptied(stored.source, self.replica.rules)
        answer = better(self.shown(known), told)
        if answer == told:
            self.finish(entry)
            return
        self.tally.add("taken_back", count_taken_back(told, answer))
        entry.answer = answer
        fields = filled(event, answer, self.replica.rules)
        if self.privacy is not None:
            fields = self.privacy.document(fields, known, self.replica.rules)
        source = serialize(fields)
        self.decided.append((entry, Amendment(entry.place, source, stored.version)))

    def shown(self, known: Answer) -> Answer:
        """Return an answer as documents tell it."""
        return known if self.privacy is None else self.privacy.answer(known, self.replica.rules)

    def finish(self, entry: Entry) -> None:
        """Release who waited for this round; go round again for who came later."""
        self.released += entry.serving
        entry.serving, entry.waiting = entry.waiting, []
        if entry.serving:
            self.wanted[entry.place] = entry
        else:
            del self.entries[entry.place]

    def abandon(self) -> None:
        """Forget everything: whoever waits comes again."""
        self.generation += 1
        self.entries.clear()
        self.wanted.clear()
        self.fetched, self.decided, self.released = [], [], []


def count_taken_back(told: Answer, answer: Answer) -> int:
    """Return how many fields lose the value that they were filled with."""
    return sum(
        isinstance(old, Fill)
        and (not isinstance(new := answer[field], Fill) or new.value != old.value)
        for field, old in told.items()
    )
