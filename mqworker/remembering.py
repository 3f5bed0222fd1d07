"""The replica kept up with the log: what is new is taken in, what is over is forgotten."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable

from mqworker.core.correlation.replica import Change, Replica
from mqworker.core.correlation.retention import Retention
from mqworker.core.correlation.rules import Rules
from mqworker.core.privacy import Privacy
from mqworker.ports import Remembered


class Remembering:
    """A worker's copy of what is remembered.

    wall: the clock, in seconds since 1970.
    privacy: what documents are not to show of it.
    needed: the log's entries before this position are not needed any more.
    """

    def __init__(
        self, rules: Rules, wall: Callable[[], float], privacy: Privacy | None = None
    ) -> None:
        self.privacy = privacy
        self.replica = Replica(rules)
        self.retention = Retention(rules)
        self.wall = wall
        self.kept: deque[tuple[int, set[int]]] = deque()
        self.needed = 0

    def absorb(
        self, entries: Iterable[Remembered], own: Collection[str] = frozenset()
    ) -> dict[str, Change]:
        """Take entries of the log in; return what the sightings of `own` events changed."""
        changes: dict[str, Change] = {}
        now = round(self.wall() * 1000)
        for entry in entries:
            buckets = set()
            for remembered in entry.sightings:
                sighting = self.replica.fixed(remembered)
                buckets.add(self.retention.touch(sighting.at, now))
                is_own = sighting.id in own
                change = self.replica.absorb(sighting, own=is_own)
                if change is not None and is_own:
                    changes[sighting.id] = change
            self.kept.append((entry.position, buckets))
        return changes

    def forget(self) -> None:
        """Forget what no event that can still come may need."""
        closed = self.retention.close()
        if not closed:
            return
        self.replica.evict(closed)
        while self.kept and not any(b in self.retention.buckets for b in self.kept[0][1]):
            self.needed = self.kept.popleft()[0] + 1
