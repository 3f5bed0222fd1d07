"""The two threads behind a client: one puts events on disk, the other sends them.

1. The writer does nothing but memory to disk, so that an intake that hangs delays no entry on its
   way to the disk.
2. The sender takes from the spool, and straight from memory where there is no spool or it fails.
   What has been taken is forgotten only when its answer has come.
3. A failure is followed by a pause that grows up to a minute; `hurry` ends it.
4. Nothing that these threads log comes back to a handler of this package.
"""

from __future__ import annotations

import random
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Protocol

from mqworker.client.answers import Answer
from mqworker.client.counts import Tally
from mqworker.client.entry import Entry
from mqworker.client.intake import Away
from mqworker.client.spool import Batch, Spool
from mqworker.client.waiting import Waiting

MOST_ENTRIES = 500
MOST_BYTES = 2**20
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 60.0
LAST_PAUSE_S = 0.1
WRITE_AGAIN_S = 1.0
ADOPT_S = 30.0

OWN_THREAD = threading.local()
"""Has `here` in threads of this package."""


class Transport(Protocol):
    """Where events are sent to; one thread uses it."""

    def send(self, entries: Sequence[Entry]) -> Answer:
        """Send events and wait for the answer, for some seconds at most.

        Raises:
            Away: there is none.
        """

    def close(self) -> None:
        """Leave; a later `send` connects anew."""

    def forget(self) -> None:
        """Let go of what a parent process has open."""


class Shipping:
    """Moves events from memory over the disk to the other side, until it is stopped."""

    def __init__(
        self,
        waiting: Waiting,
        spool: Spool | None,
        transport: Transport,
        tally: Tally,
        report: Callable[[int, str], Entry],
    ) -> None:
        """Start nothing yet: `writer` and `sender` are to be run by a thread each.

        Args:
            waiting: where events come from.
            spool: where they are on disk, if anywhere.
            transport: where they go to.
            tally: what is told of them.
            report: makes an event that says how many were lost, and why.
        """
        self.waiting, self.spool, self.transport, self.tally = waiting, spool, transport, tally
        self.report = report
        self.changed = waiting.changed
        self.spooling = spool is not None
        self.hurry = threading.Event()
        self.closing = self.stopping = self.sending = False
        self.failures = self.attempts = 0
        self.asked_s = 0.0
        self.adopted = -ADOPT_S

    @property
    def drained(self) -> bool:
        """Whether everything has been taken by the other side."""
        return not (self.waiting.held or self.sending or (self.spool and self.spool.pending))

    @property
    def safe(self) -> bool:
        """Whether all that is left is on disk, and the other side is away."""
        return self.spooling and not self.waiting.held and self.failures > 0

    def stop(self) -> None:
        """Let both threads end as soon as they can."""
        with self.changed:
            self.stopping = True
            self.hurry.set()
            self.changed.notify_all()

    def once(self) -> None:
        """Do in this thread what the two would have done, once: none could be started."""
        self.write()
        if self.has_work() or self.waiting.entries:
            self.closing = True
            self.turn()

    # The writer.

    def writer(self) -> None:
        """Put events on disk as they come."""
        OWN_THREAD.here = True
        while not self.stopping:
            with self.changed:
                self.changed.wait_for(lambda: self.waiting.entries or self.stopping)
            if not self.write():
                with self.changed:
                    self.changed.wait_for(lambda: self.stopping, WRITE_AGAIN_S)

    def write(self) -> bool:
        """Put what waits on disk; False when that fails."""
        spool, entries = self.spool, self.waiting.claim(MOST_ENTRIES)
        if spool is None or not entries:
            return True
        try:
            spool.append(entries)
        except OSError as error:
            self.spooling = False
            self.waiting.give_back(entries)
            self.tally.warn("kept in memory", f"{spool.directory}: {error}")
            return False
        self.spooling = True
        self.waiting.release(entries)
        return True

    # The sender.

    def sender(self) -> None:
        """Send events as they come, until told to stop."""
        OWN_THREAD.here = True
        while not self.stopping:
            self.adopt()
            with self.changed:
                self.changed.wait_for(lambda: self.has_work() or self.stopping, ADOPT_S)
            if not self.stopping:
                self.turn()
        self.transport.close()

    def has_work(self) -> bool:
        """Tell whether there is anything to send now."""
        if self.spool and self.spool.pending:
            return True
        return not self.spooling and bool(self.waiting.entries)

    def adopt(self) -> None:
        """Take over what other processes left in the spool, now and then."""
        if self.spool and time.monotonic() - self.adopted > ADOPT_S:
            self.adopted = time.monotonic()
            try:
                self.spool.adopt()
            except OSError as error:
                self.tally.warn("spool unreadable", f"{self.spool.directory}: {error}")

    def turn(self) -> None:
        """Send one batch, from the disk before memory."""
        self.sending = True
        try:
            batch = self.read()
            if self.spool and batch:
                self.send_batch(self.spool, batch)
            elif not self.spooling:
                self.send_claimed(self.waiting.claim(MOST_ENTRIES))
            if not self.failures:
                self.report_drops()
        finally:
            with self.changed:
                self.sending = False
                self.changed.notify_all()

    def read(self) -> Batch | None:
        """Read a batch; None when there is none, or the disk fails."""
        try:
            return self.spool.next(MOST_ENTRIES, MOST_BYTES) if self.spool else None
        except OSError as error:
            self.tally.warn("spool unreadable", str(error))
            self.pause()
            return None

    def send_batch(self, spool: Spool, batch: Batch) -> None:
        """Send what was read of the spool; it is done when nothing of it is left."""
        left: Sequence[Entry] = batch.entries
        while left and (left := self.attempt(left)):
            self.pause()
            if self.stopping:
                return  # it stays on disk; what was taken already is sent again, as the same
        spool.done(batch)
        if batch.damaged:
            self.tally.add("damaged", batch.damaged)
            self.tally.warn("spool damaged", f"unreadable lines in {batch.segment.path}")

    def send_claimed(self, entries: list[Entry]) -> None:
        """Send what was claimed from memory; what is left goes back, perhaps to the disk."""
        left = self.attempt(entries) if entries else ()
        ids = {entry.id for entry in left}
        self.waiting.release([entry for entry in entries if entry.id not in ids])
        self.waiting.give_back(left)
        if left:
            self.pause()

    def attempt(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Send once; return what is to be sent again."""
        try:
            answer = self.transport.send(entries)
        except Away as away:
            answer = Answer(tuple(entries), trouble=str(away))
        except Exception as error:  # noqa: BLE001 - a defect must not end the thread
            answer = Answer(tuple(entries), trouble=defect(error))
        self.attempts += 1
        self.note(len(entries), answer)
        return answer.later

    def note(self, count: int, answer: Answer) -> None:
        """Count what became of events, and say what is wrong."""
        self.asked_s = answer.wait_s
        self.tally.add("sent", count - len(answer.later) - len(answer.refused))
        for entry, reason in answer.refused:
            self.tally.add("refused")
            status = reason.partition(":")[0]  # the rest may quote the event
            self.tally.warn("refused", f"event {entry.id}: {status}", 1)
            if self.spool:
                self.spool.keep_refused(entry, reason)
        self.failures = self.failures + 1 if answer.later else 0
        if answer.later:
            self.tally.warn("not sent yet", answer.trouble)

    def report_drops(self) -> None:
        """Send an event about events that were lost."""
        count, reason = self.tally.take_report()
        if count and not self.waiting.put(self.report(count, reason)):
            self.tally.report_later(count)  # there is no room for the event

    def pause(self) -> None:
        """Wait before the next attempt, unless somebody is in a hurry."""
        with self.changed:
            self.changed.notify_all()
        longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(self.failures, 10))
        chance = random.uniform(0.5, 1.0)  # noqa: S311 - many clients shall not come back at once
        pause_s = max(self.asked_s, longest * chance)
        if self.closing:
            time.sleep(LAST_PAUSE_S)
        elif self.hurry.wait(pause_s):
            self.hurry.clear()


def defect(error: Exception) -> str:
    """Return what and where an error was, and not what it says: that may quote an event."""
    where = traceback.extract_tb(error.__traceback__)[-1:]
    return type(error).__name__ + "".join(f" in {each.name}, line {each.lineno}" for each in where)
