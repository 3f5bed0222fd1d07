"""A client: takes events from an application's threads and has them sent.

1. `put` and what is built on it never raise, and never wait for a disk or a network.
2. The threads start with the first event, so that a program may fork before it.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mqworker.client.counts import Counts, Tally
from mqworker.client.entry import Entry
from mqworker.client.event import event_of
from mqworker.client.plain import to_json
from mqworker.client.settings import Settings
from mqworker.client.shipping import OWN_THREAD, Shipping
from mqworker.client.spool import Spool
from mqworker.client.tracing import current_context
from mqworker.client.waiting import Waiting

OPEN: set[Client] = set()
JOIN_S = 0.5


class Client:
    """Sends events; thread-safe, and safe to fork."""

    def __init__(self, settings: Settings, tally: Tally | None = None) -> None:
        """Connect to nothing yet.

        Args:
            settings: where to send, and what to keep meanwhile.
            tally: counts, and says what is wrong (on stderr, if not given).

        Raises:
            ValueError: the URL makes no sense.
            OSError: a certificate can't be read.
            ImportError: pika is missing.
        """
        self.settings = settings
        self.program = settings.program
        self.transport = settings.transport()
        self.begin(tally or Tally())
        OPEN.add(self)

    def begin(self, tally: Tally) -> None:
        """Start with nothing waiting: in a new client, and in a forked child."""
        settings = self.settings
        self.tally = tally
        changed = threading.Condition()
        self.waiting = Waiting(changed, settings.memory_events, settings.memory_bytes)
        spool = Spool(Path(settings.spool), settings.spool_bytes) if settings.spool else None
        self.shipping = Shipping(self.waiting, spool, self.transport, tally, self.report)
        self.threads: list[threading.Thread] = []
        self.closed = False

    @property
    def counts(self) -> Counts:
        """What became of the events so far, in this process."""
        return self.tally.snapshot()

    def send(
        self,
        summary: str,
        *,
        category: str | None = None,
        details: Mapping[str, Any] | None = None,
        severity: str = "INFO",
        tags: tuple[str, ...] | list[str] = (),
        **fields: Any,
    ) -> str | None:
        """Send an event; returns at once.

        Args:
            summary: what happened, for people.
            category: the kind of event: docs/what-to-log.rst lists them.
            details: who, from where, in which session …
            severity: in upper case.
            tags: in addition to those of the client.
            fields: other fields of an event, such as `timestamp`, `source`, `hostname`.

        Returns:
            The event's ID, or None when it had to be dropped.
        """
        event: dict[str, Any] = {"summary": summary, "severity": severity, "tags": tags}
        event |= fields | {"details": details or {}}
        if category is not None:
            event["category"] = category
        return self.send_event(event)

    def send_event(self, event: Mapping[str, Any], event_id: str | None = None) -> str | None:
        """Send an event as it is, with what every event has added; returns at once.

        Args:
            event: what is to be sent.
            event_id: its identity: of events with the same one is stored. A new one if None.

        Returns:
            The event's ID, or None when it had to be dropped.
        """
        try:
            whole = event_of(event, self.program, os.getpid(), time.time())
            return self.put(Entry(event_id or uuid.uuid4().hex, to_json(whole), current_context()))
        except Exception as error:  # noqa: BLE001 - an application must not fail for its logs
            self.tally.drop(1, f"not an event: {type(error).__name__}")
            return None

    def put(self, entry: Entry) -> str | None:
        """Take an event; return its ID, or None when it had to be dropped."""
        if reason := self.obstacle(entry):
            self.tally.drop(1, reason)
            return None
        self.tally.add("taken")
        if not self.threads:
            self.start()
        return entry.id

    def obstacle(self, entry: Entry) -> str:
        """Put an event into memory; return what hinders that, else an empty text."""
        settings = self.settings
        if self.closed:
            return "the client is closed"
        if len(entry.body) > settings.event_bytes:
            return f"an event of {len(entry.body)} bytes; {settings.event_bytes} are allowed"
        if not self.waiting.put(entry):
            return f"memory is full: {self.waiting.held} events, {self.waiting.held_bytes} bytes"
        return ""

    def start(self) -> None:
        """Start the threads, once in each process."""
        with self.waiting.changed:
            if self.threads or self.closed:
                return
            works = [self.shipping.sender] + [self.shipping.writer] * bool(self.shipping.spool)
            threads = [threading.Thread(target=work, daemon=True) for work in works]
            try:
                for thread in threads:
                    thread.name = "mqworker.client"
                    thread.start()
            except RuntimeError as error:  # the interpreter is about to end, or no thread is left
                self.tally.warn("waiting for a thread", str(error))
                return
            self.threads = threads
        close_in_child_of_multiprocessing(self)

    def report(self, count: int, reason: str) -> Entry:
        """Return an event that says how many were lost."""
        said = f"{count} events of {self.program.processname} were dropped: {reason}"
        details = {"dropped": count, "reason": reason}
        event = {"summary": said, "severity": "WARNING", "category": "mqworker client"}
        whole = event_of(event | {"details": details}, self.program, os.getpid(), time.time())
        return Entry(uuid.uuid4().hex, to_json(whole))

    def flush(self, limit_s: float = 10.0) -> bool:
        """Wait until everything has been confirmed, `limit_s` seconds at most; True if it has."""
        if OWN_THREAD.__dict__.get("here"):
            return False
        shipping = self.shipping
        shipping.hurry.set()
        with self.waiting.changed:
            return self.waiting.changed.wait_for(lambda: shipping.drained, limit_s)

    def close(self) -> None:
        """Send what is left within `exit_s` seconds, and stop; what is on disk stays there."""
        with self.waiting.changed:
            if self.closed:
                return
            self.closed = True
        OPEN.discard(self)
        self.finish()
        self.tally.drop(self.waiting.held, "not sent before the end, and there is no spool for it")
        self.tally.last_words()

    def finish(self) -> None:
        """Wait until all is sent or safe, then stop the threads."""
        shipping, changed = self.shipping, self.waiting.changed
        if not self.threads:
            shipping.once()
        else:
            before = shipping.attempts
            shipping.closing = True
            shipping.hurry.set()
            with changed:
                changed.wait_for(
                    lambda: shipping.drained or (shipping.safe and shipping.attempts > before),
                    self.settings.exit_s,
                )
        shipping.stop()
        for thread in self.threads:
            thread.join(JOIN_S)
        if shipping.spool:
            shipping.spool.close()

    def after_fork(self) -> None:
        """Start anew in a child: what waits, its files and its connection are the parent's."""
        if self.shipping.spool:
            self.shipping.spool.forget()
        self.transport.forget()
        self.begin(Tally(say=self.tally.say))


def close_in_child_of_multiprocessing(client: Client) -> None:
    """Have a client closed at the end of a process of multiprocessing, which skips atexit."""
    processes, util = map(sys.modules.get, ("multiprocessing.process", "multiprocessing.util"))
    if processes and util and processes.parent_process() is not None:
        util.Finalize(None, client.close, exitpriority=100)


def close_all() -> None:
    """Close every client, at the end of the process."""
    for client in list(OPEN):
        client.close()


def after_fork() -> None:
    """Start every client anew, in a child."""
    for client in list(OPEN):
        client.after_fork()


# At import, so that what the application registers later runs, and may log, before it.
atexit.register(close_all)
os.register_at_fork(after_in_child=after_fork)
