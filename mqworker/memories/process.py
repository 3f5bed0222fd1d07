"""Memory within the process: for one worker, for tests and dry runs. It does not outlive it."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from mqworker.core.correlation.sighting import Sighting
from mqworker.ports import Remembered


class ProcessLog:
    """The log itself; several `ProcessMemory` may share it, as workers share a real one."""

    def __init__(self) -> None:
        self.turn = Lock()
        self.entries: list[Remembered] = []
        self.next = 1

    def append(self, sightings: Sequence[Sighting]) -> None:
        """Put an entry at the end."""
        self.entries.append(Remembered(self.next, sightings))
        self.next += 1

    def since(self, position: int) -> list[Remembered]:
        """Return the entries at `position` and later ones."""
        return self.entries[self.index(position) :]

    def drop(self, before: int) -> None:
        """Drop the entries at lower positions than `before`."""
        del self.entries[: self.index(before)]

    def index(self, position: int) -> int:
        """Return where in the list the entries from `position` on begin."""
        return max(0, position - self.next + len(self.entries))


class ProcessMemory:
    """One worker's view of a log; see `mqworker.ports.Memory`."""

    def __init__(self, log: ProcessLog | None = None) -> None:
        """Take part in a log; in one of its own, nothing is kept longer than until it is read."""
        self.alone = log is None
        self.log = log or ProcessLog()
        self.read = 1

    def exchange(self, sightings: Sequence[Sighting]) -> list[Remembered]:
        """Append, then read what is new; see `mqworker.ports.Memory.exchange`."""
        with self.log.turn:
            if sightings:
                self.log.append(sightings)
            new = self.log.since(self.read)
            self.read = self.log.next
            if self.alone:
                self.log.drop(self.read)
            return new

    def forget(self, before: int) -> None:
        """Drop old entries; see `mqworker.ports.Memory.forget`."""
        with self.log.turn:
            self.log.drop(before)

    def close(self) -> None:
        """Leave; see `mqworker.ports.Memory.close`."""
