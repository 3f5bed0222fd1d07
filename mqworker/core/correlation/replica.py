"""What is remembered, indexed by link: each worker's own copy of the shared memory.

1. Events with equal links and equal stated values in one bucket are one Group: a walk can't tell
   them apart.
2. A (link, bucket) with more than `hot` distinct events is hot. Its groups are kept all the same:
   a walk whose window does not reach that bucket may still come through them by other links.
3. The time of an event without one is fixed by the first sighting of its ID.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from mqworker.core.correlation.rules import Rules
from mqworker.core.correlation.sighting import Sighting, Stated


class Group:
    """Events that a walk can't tell apart: `members` has the time of each, in milliseconds."""

    __slots__ = ("bucket", "first", "index_name", "links", "members", "stated")

    def __init__(self, sighting: Sighting, bucket: int) -> None:
        self.bucket = bucket
        self.index_name = sighting.index_name
        self.links = sighting.links
        self.stated = sighting.stated
        self.members = {sighting.id: sighting.at}
        self.first = (sighting.at, sighting.id)

    def holds(self, sighting: Sighting, bucket: int) -> bool:
        """Tell whether a sighting belongs here."""
        return (
            self.bucket == bucket
            and self.stated == sighting.stated
            and self.links == sighting.links
            and self.index_name == sighting.index_name
        )


class Change(NamedTuple):
    """A group that a walk may see anew.

    repeated: it was remembered before, but what it changed then may not have been carried through:
        who remembered it first may have died on the way.
    crossed: the links that became hot by it, in its bucket.
    """

    group: Group
    repeated: bool = False
    crossed: tuple[str, ...] = ()


class Shelf:
    """The groups of one link in one bucket, and how many events they hold.

    ids: where each event is, once the shelf is hot and too long to be searched.
    """

    __slots__ = ("events", "groups", "ids")

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.events = 0
        self.ids: dict[str, Group] | None = None

    def count(self, group: Group, name: str, hot: int) -> bool:
        """Count one more event; tell whether it makes the shelf hot."""
        self.events += 1
        if self.ids is not None:
            self.ids[name] = group
        elif self.events > hot:
            self.ids = {member: each for each in self.groups for member in each.members}
            return True
        return False


Place = Group | dict[int, Shelf]
"""What is under a link: most have one group only, which then needs no shelf."""


@dataclass(slots=True)
class Replica:
    """Remembered events, by link."""

    rules: Rules
    places: dict[str, Place] = field(default_factory=dict)
    floating: dict[str, int] = field(default_factory=dict)
    groups: dict[int, list[Group]] = field(default_factory=dict)

    def bucket(self, at: int) -> int:
        """Return the bucket of a time in milliseconds."""
        return at // (self.rules.bucket_s * 1000)

    def fixed(self, sighting: Sighting) -> Sighting:
        """Return the sighting with the time that counts."""
        if not sighting.floating:
            return sighting
        at = self.floating.setdefault(sighting.id, sighting.at)
        return sighting if at == sighting.at else sighting._replace(at=at)

    def absorb(self, sighting: Sighting) -> Change | None:
        """Remember a sighting whose time is fixed.

        Returns:
            What it changed, None when no walk can notice it.
        """
        if not sighting.links:
            return None
        bucket = self.bucket(sighting.at)
        group = self.find(sighting, bucket)
        if group is None:
            return self.settle_in(Group(sighting, bucket))
        if sighting.id in group.members:
            return Change(group, repeated=True)
        return self.join(group, sighting)

    def find(self, sighting: Sighting, bucket: int) -> Group | None:
        """Return the group that a sighting belongs to, None when there is none yet.

        On a hot shelf only what is there already is found; a new event gets a group of its own.
        """
        for link in sighting.links:
            place = self.places.get(link)
            if place is None:
                return None
            if isinstance(place, Group):
                return place if place.holds(sighting, bucket) else None
            shelf = place.get(bucket)
            if shelf is None:
                return None
            if shelf.ids is None:
                return next(
                    (group for group in shelf.groups if group.holds(sighting, bucket)), None
                )
            if (group := shelf.ids.get(sighting.id)) is not None:
                return group
        return None

    def join(self, group: Group, sighting: Sighting) -> Change | None:
        """Add a new member; return what a walk may see: it is the earliest, or one too many."""
        group.members[sighting.id] = sighting.at
        earlier = (sighting.at, sighting.id) < group.first
        if earlier:
            group.first = (sighting.at, sighting.id)
        crossed = tuple([link for link in group.links if self.crosses(link, group, sighting.id)])
        return Change(group, crossed=crossed) if earlier or crossed else None

    def crosses(self, link: str, group: Group, name: str) -> bool:
        """Count a new member of a group under one of its links; tell whether that gets hot."""
        place = self.places[link]
        if isinstance(place, Group):
            return len(place.members) == self.rules.hot + 1
        return place[group.bucket].count(group, name, self.rules.hot)

    def settle_in(self, group: Group) -> Change:
        """Put a new group, of one event, under each of its links."""
        self.groups.setdefault(group.bucket, []).append(group)
        crossed = []
        for link in group.links:
            place = self.places.get(link)
            if place is None:
                self.places[link] = group
                continue
            if isinstance(place, Group):
                self.places[link] = place = shelved(place, self.rules.hot)
            shelf = place.setdefault(group.bucket, Shelf())
            shelf.groups.append(group)
            if shelf.count(group, group.first[1], self.rules.hot):
                crossed.append(link)
        return Change(group, crossed=tuple(crossed))

    def evict(self, buckets: Iterable[int]) -> None:
        """Forget everything that happened in these buckets."""
        for bucket in buckets:
            for group in self.groups.pop(bucket, ()):
                for link in group.links:
                    self.clear(link, bucket)
                for name in group.members if self.floating else ():
                    self.floating.pop(name, None)

    def clear(self, link: str, bucket: int) -> None:
        """Forget what a link has in a bucket."""
        place = self.places.get(link)
        if isinstance(place, Group):
            if place.bucket == bucket:
                del self.places[link]
        elif place is not None:
            place.pop(bucket, None)
            if not place:
                del self.places[link]

    def shelves(self, link: str, low: int, high: int) -> Iterator[tuple[list[Group], int]]:
        """Give the groups of a link, bucket by bucket from `low` to `high`, and their events."""
        place = self.places.get(link)
        if place is None:
            return
        if isinstance(place, Group):
            if low <= place.bucket <= high:
                yield [place], len(place.members)
            return
        for bucket in range(low, high + 1) if high - low < len(place) else list(place):
            if low <= bucket <= high and (shelf := place.get(bucket)):
                yield shelf.groups, shelf.events

    def events(self, link: str, bucket: int) -> int:
        """Return how many events a link has in a bucket."""
        return sum(events for _, events in self.shelves(link, bucket, bucket))


def shelved(group: Group, hot: int) -> dict[int, Shelf]:
    """Return a group on a shelf of its own, in the place of a lone one."""
    shelf = Shelf()
    shelf.groups.append(group)
    shelf.events = len(group.members)
    if shelf.events > hot:
        shelf.ids = dict.fromkeys(group.members, group)
    return {group.bucket: shelf}


def lacking(stated: Stated) -> list[int]:
    """Return the positions of the identity fields that are not stated."""
    return [position for position, value in enumerate(stated) if value is None]
