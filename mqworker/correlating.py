"""Correlation in the worker: remember, then write, then read again until nothing changes.

1. An event's own sighting is appended before the neighborhood is read: of two workers that hold
   two halves, at least one sees both.
2. After a document is written, memory is read again; what was written has to equal the answer read
   after it. Else the document is completed (`mqworker.amending`).
3. Whoever appends a sighting completes the documents that it affects, also those that others wrote.
   A document that is not there yet is left to its writer, who reads again after the write.
4. A message is settled when its own documents, and those that it affects, are complete.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from mqworker.amending import Amending
from mqworker.core.correlation.answer import better
from mqworker.core.correlation.fill import filled
from mqworker.core.correlation.reach import Shelved, affected
from mqworker.core.correlation.replica import Change
from mqworker.core.correlation.sighting import Sighter, Sighting
from mqworker.core.correlation.walk import resolve
from mqworker.core.document import serialize
from mqworker.core.errors import MemoryUnavailable, Refused
from mqworker.core.message import Document, Event, Outcome
from mqworker.core.pace import Pace
from mqworker.core.settlement import OpenMessage
from mqworker.lanes import LaneMaker, Lanes
from mqworker.pending import WRITTEN, Pending
from mqworker.ports import Memory, Remembered, Revisions
from mqworker.remembering import Remembering
from mqworker.telemetry import Tally
from mqworker.visit import Progress, Visit

log = logging.getLogger(__name__)


class Correlating:
    """Sees events through memory, fills and completions. For use by one thread."""

    def __init__(
        self,
        memory: Memory,
        revisions: Revisions,
        remembering: Remembering,
        pace: Pace,
        tally: Tally,
        chance: Callable[[], float],
        lanes: LaneMaker = Lanes,
    ) -> None:
        self.memory = memory
        self.privacy = remembering.privacy
        self.remembering = remembering
        self.replica = remembering.replica
        self.sighter = Sighter(self.replica.rules)
        self.pace = pace
        self.tally = tally
        self.chance = chance
        self.visits: Lanes[Visit, list[Remembered]] = lanes("memory", 1, self.exchange)
        self.amending = Amending(
            revisions, self.replica, pace, tally, chance, lanes, remembering.privacy
        )
        self.generation = 0
        self.batches: list[list[Pending]] = []
        self.unlinked: list[list[Pending]] = []
        self.early: list[list[Pending]] = []
        self.written: list[Pending] = []
        self.unfinished: set[str] = set()
        self.told = 0
        self.failures = 0
        self.not_before = 0.0

    @property
    def busy(self) -> bool:
        """Whether something is awaited that the threads do, or shall do next."""
        return self.visits.busy > 0 or bool(self.written) or self.amending.busy

    def begin(self, event: Event, document: Document, message: OpenMessage) -> Pending:
        """Return an event on its way, with what links it.

        Where correlation can add nothing, its document's source is written at once: what the event
        consists of is in the processor's caches now, and will not be when its batch is full.
        """
        sighting = self.sighter.see(event, document, message.delivery)
        item = Pending(event, message, document, sighting)
        if not item.is_open():
            self.write_source(item)
        return item

    def load(self) -> None:
        """Read everything that is remembered. Blocks; for the start.

        Raises:
            MemoryUnavailable: it can't be reached now.
            Misconfigured: it is no memory that can be used.
        """
        self.remembering.absorb(self.memory.exchange([]))
        self.remembering.forget()

    def put(self, items: list[Pending]) -> None:
        """Take a full batch over; it comes back from `collect` when it is to be written."""
        if items:
            linked = any(item.sighting for item in items)
            (self.batches if linked else self.unlinked).append(items)

    def unlinked_batches(self) -> Progress:
        """Return batches without a link: there is nothing to remember or to find for them."""
        progress = Progress()
        for batch in self.unlinked:
            self.answer(batch)
            progress.write(batch)
        self.unlinked = []
        return progress

    def stored(self, item: Pending, *, duplicate: bool) -> bool:
        """Take note that the sink has a document; return whether the event is complete with it."""
        sighting = item.sighting
        if sighting is None or not item.is_open():
            return item.paid()
        if duplicate:
            self.unfinished.discard(sighting.id)
            self.amending.want(sighting, item)
        else:
            self.written.append(item)
        return False

    def refused(self, item: Pending) -> bool:
        """Take note that the sink can't store a document; return whether the event is complete."""
        self.unfinished.discard(item.id)
        return item.paid()

    def submit(self, now: float) -> None:
        """Visit the memory if something waits for that, and go on with completions."""
        self.amending.submit(now)
        waiting = self.batches or self.early or self.written or self.amending.fetched
        if not waiting or not self.visits.free or now < self.not_before:
            return
        fetched = self.amending.take_fetched()
        told, self.told = self.told, self.remembering.needed
        needed = self.told if self.told > told else 0
        visit = Visit(self.generation, self.batches, self.early, self.written, fetched, needed)
        self.visits.submit(visit)
        self.batches, self.early, self.written = [], [], []

    def exchange(self, visit: Visit) -> list[Remembered]:
        """Append and read; in a thread. What the log may drop can wait, so it goes last."""
        entries = self.memory.exchange(visit.sightings)
        if visit.needed:
            try:
                self.memory.forget(visit.needed)
            except MemoryUnavailable as error:
                log.warning("memory keeps what it could forget: %s", error)
        return entries

    def collect(self, now: float) -> Progress:
        """Return what can be written now, and what is complete."""
        progress = Progress()
        for visit, entries in self.visits.collect():
            if entries is None:
                self.restore(visit, now, progress)
            else:
                self.failures = 0
                self.proceed(visit, entries, progress)
        progress.complete += [item for item in self.amending.collect(now) if item.paid()]
        return progress

    def restore(self, visit: Visit, now: float, progress: Progress) -> None:
        """Keep what waited for a visit that failed, for the next one."""
        self.not_before = now + self.pace.backoff.delay_s(self.failures, self.chance())
        self.failures += 1
        if visit.generation == self.generation:
            self.early = visit.early + self.early
            self.batches = visit.batches + self.batches
            if self.pace.memory_outage == "index":
                self.write_early(progress)
            self.written = visit.written + self.written
            self.amending.fetched = visit.fetched + self.amending.fetched

    def write_early(self, progress: Progress) -> None:
        """Let batches be written before they are remembered, which their events then still owe."""
        for batch in self.batches:
            for item in batch:
                item.debts += 1
                self.write_source(item)
            progress.write(batch)
        self.early += self.batches
        self.batches = []

    def proceed(self, visit: Visit, entries: Sequence[Remembered], progress: Progress) -> None:
        """Go on with everything that waited for a visit to the memory."""
        own = {sighting.id for sighting in visit.sightings}
        changes = self.remembering.absorb(entries, own)
        if visit.generation != self.generation:
            return
        for batch in visit.batches:
            self.answer(batch)
        if changes:
            self.spread_all(visit.items, changes)
        for batch in visit.batches:
            progress.write(batch)
        for batch in visit.early:
            progress.complete += [item for item in batch if item.paid()]
        progress.complete += [item for item in visit.written if self.checked(item)]
        progress.complete += [item for item in self.amending.decide(visit.fetched) if item.paid()]
        self.remembering.forget()

    def answer(self, batch: list[Pending]) -> None:
        """Give each event of a batch what is known for it, and write its document's source."""
        for item in batch:
            sighting = item.sighting
            if sighting is not None and item.is_open():
                self.answer_one(item, sighting)
            self.write_source(item)

    def answer_one(self, item: Pending, sighting: Sighting) -> None:
        """Give an event that lacks something what is known for it."""
        item.sighting = self.replica.fixed(sighting)
        item.answer = resolve(self.replica, item.sighting)
        self.unfinished.add(item.id)
        if item.answer:
            self.tally.fill(item.answer)

    def write_source(self, item: Pending) -> None:
        """Write the source of an event's document, with what is known for it, if it is to do."""
        if item.document.source:
            return
        try:
            fields = filled(item.fields, item.answer, self.replica.rules)
            if self.privacy is not None:
                fields = self.privacy.document(fields, item.answer, self.replica.rules)
            index_name, name, _, elsewhere = item.document
            source = serialize(fields)
            item.document = tuple.__new__(Document, (index_name, name, source, elsewhere))
            item.fields = WRITTEN  # they are most of what an event in hand weighs
        except Refused as refused:
            self.unfinished.discard(item.id)
            item.outcome = Outcome("refused", refused.refusal.reason)

    def spread_all(self, items: Sequence[Pending], changes: Mapping[str, Change]) -> None:
        """Have the documents completed that these events affect."""
        seen: set[Shelved] = set()
        by_id = {item.id: item for item in items}
        for name, change in changes.items():
            self.spread(by_id[name], change, seen)

    def spread(self, item: Pending, change: Change, seen: set[Shelved]) -> None:
        """Have the documents completed that a sighting affects.

        Those of our own that are not complete yet read memory again anyway.
        """
        for waiter in affected(self.replica, change, seen):
            if waiter.id not in self.unfinished:
                item.debts += 1
                self.amending.want(waiter, item)

    def checked(self, item: Pending) -> bool:
        """Compare what was written with what is known now; return whether the event is complete."""
        self.unfinished.discard(item.id)
        sighting = item.sighting
        if sighting is None:
            return item.paid()
        if better(resolve(self.replica, sighting), item.answer) == item.answer:
            return item.paid()
        self.amending.want(sighting, item)
        return False

    def abandon(self) -> None:
        """Forget every event in hand: the broker delivers it again."""
        self.generation += 1
        self.batches, self.early, self.written, self.unlinked = [], [], [], []
        self.unfinished.clear()
        self.amending.abandon()

    def close(self) -> None:
        """Let the threads end."""
        self.visits.close()
        self.amending.lanes.close()
        self.memory.close()
