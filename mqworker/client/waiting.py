"""Events in memory, bounded in number and in bytes.

What was claimed counts until it is released or given back: the bound holds all the time.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

from mqworker.client.entry import Entry


class Waiting:
    """Events that are neither on disk nor sent yet. All methods return at once."""

    def __init__(self, changed: threading.Condition, most_events: int, most_bytes: int) -> None:
        """Start empty.

        Args:
            changed: guards it, and is notified of every event.
            most_events: the bound in number.
            most_bytes: the bound of their bodies, in bytes.
        """
        self.changed = changed
        self.most_events = most_events
        self.most_bytes = most_bytes
        self.entries: deque[Entry] = deque()
        self.held = 0
        self.held_bytes = 0

    def put(self, entry: Entry) -> bool:
        """Add an event; False when there is no room."""
        with self.changed:
            size = self.held_bytes + len(entry.body)
            if self.held >= self.most_events or size > self.most_bytes:
                return False
            self.entries.append(entry)
            self.held += 1
            self.held_bytes = size
            self.changed.notify_all()
            return True

    def claim(self, most: int) -> list[Entry]:
        """Take out the first events, to `release` them or to `give_back` them."""
        with self.changed:
            return [self.entries.popleft() for _ in range(min(most, len(self.entries)))]

    def release(self, entries: Sequence[Entry]) -> None:
        """Forget claimed events: they are safe elsewhere."""
        with self.changed:
            self.held -= len(entries)
            self.held_bytes -= sum(len(entry.body) for entry in entries)
            self.changed.notify_all()

    def give_back(self, entries: Sequence[Entry]) -> None:
        """Put claimed events back to where they came from."""
        with self.changed:
            self.entries.extendleft(reversed(entries))
            self.changed.notify_all()
