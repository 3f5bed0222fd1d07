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
        return self.entries[-(self.next - position) :]


class ProcessMemory:
    """One worker's view of a log; see `mqworker.ports.Memory`."""

    def __init__(self, log: ProcessLog | None = None) -> None:
        self.log = log or ProcessLog()
        self.read = 1

    def exchange(self, sightings: Sequence[Sighting]) -> list[Remembered]:
        """Append, then read what is new; see `mqworker.ports.Memory.exchange`."""
        with self.log.turn:
            if sightings:
                self.log.append(sightings)
            if self.read == self.log.next:
                return []
            new = self.log.since(self.read)
            self.read = self.log.next
            return new

    def forget(self, before: int) -> None:
        """Drop old entries; see `mqworker.ports.Memory.forget`."""
        with self.log.turn:
            entries = self.log.entries
            self.log.entries = [entry for entry in entries if entry.position >= before]

    def close(self) -> None:
        """Leave; see `mqworker.ports.Memory.close`."""
