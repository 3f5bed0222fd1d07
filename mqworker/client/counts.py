"""What became of the events, counted, and said on stderr: never through logging.

A kind of trouble is said at once, and then at most once a minute with all that came meanwhile.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

PAUSE_S = 60.0


@dataclass(slots=True)
class Counts:
    """Events so far, in this process.

    taken: put into memory. sent: confirmed. dropped: lost, since neither memory nor disk had
    room, or the event was too large. refused: the intake will never take them (they are kept in
    the spool's `refused.ndjson`). damaged: unreadable lines of a spool that a crash left behind.
    """

    taken: int = 0
    sent: int = 0
    dropped: int = 0
    refused: int = 0
    damaged: int = 0


def to_stderr(line: str) -> None:
    """Write a line to stderr, where there is one."""
    with suppress(Exception):
        print(line, file=sys.stderr, flush=True)  # noqa: T201 - logging would come back to us


@dataclass(slots=True)
class Tally:
    """Counts, and says what nobody should miss.

    said: when each kind of trouble was said last. unsaid: how many events it has cost since.
    unreported: drops that no event has told of yet, and why they were.
    """

    say: Callable[[str], None] = to_stderr
    monotonic: Callable[[], float] = time.monotonic
    counts: Counts = field(default_factory=Counts)
    lock: threading.RLock = field(default_factory=threading.RLock)
    said: dict[str, float] = field(default_factory=dict)
    unsaid: dict[str, int] = field(default_factory=dict)
    unreported: int = 0
    reason: str = ""

    def snapshot(self) -> Counts:
        """Return the counts as they are now."""
        with self.lock:
            return replace(self.counts)

    def add(self, name: str, count: int = 1) -> None:
        """Count events."""
        with self.lock:
            setattr(self.counts, name, getattr(self.counts, name) + count)

    def drop(self, count: int, reason: str) -> None:
        """Count events as lost, and say so."""
        if count:
            with self.lock:
                self.counts.dropped += count
                self.unreported += count
                self.reason = reason
            self.warn("dropped", reason, count)

    def warn(self, kind: str, reason: str, count: int = 0) -> None:
        """Say what is wrong, unless the same kind was said a moment ago."""
        with self.lock:
            self.unsaid[kind] = self.unsaid.get(kind, 0) + count
            now = self.monotonic()
            if now - self.said.get(kind, -PAUSE_S) < PAUSE_S:
                return
            self.said[kind] = now
            many = self.unsaid.pop(kind)
        self.say(f"mqworker.client: {f'{many} events ' if many else ''}{kind}: {reason}")

    def last_words(self) -> None:
        """Say what has not been said yet."""
        with self.lock:
            left = {kind: many for kind, many in self.unsaid.items() if many}
            self.unsaid.clear()
        for kind, many in left.items():
            self.say(f"mqworker.client: {many} more events {kind}")

    def take_report(self) -> tuple[int, str]:
        """Return the drops that no event has told of, and forget them."""
        with self.lock:
            count, self.unreported = self.unreported, 0
            return count, self.reason

    def report_later(self, count: int) -> None:
        """Take back that an event has told of drops."""
        with self.lock:
            self.unreported += count
