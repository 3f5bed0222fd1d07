"""What is remembered, indexed by link: each worker's own copy of the shared memory.

1. Events with equal links and equal stated values in one bucket are one Group: a walk can't tell
   them apart.
2. A (link, bucket) with more than `hot` distinct events is hot. Its groups are kept all the same:
   a walk whose window does not reach that bucket may still come through them by other links.
3. The time of an event without one is fixed by the first sighting of its ID.
"""

from __future__ import annotations

from collections.abc import Iterator
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
    """A group that a walk may see anew, or that was `repeated`: remembered before.

    What a repeated sighting changed may not have been carried through: who remembered it first may
    have died on the way.
    """

    group: Group
    repeated: bool


class Shelf:
    """The groups of one link in one bucket, and how many events they hold."""

    __slots__ = ("events", "groups")

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.events = 0


Place = Group | dict[int, Shelf]
"""What is under a link: most have one group only, which then needs no shelf."""


@dataclass(slots=True)
class Replica:
    """Remembered events, by link."""

    rules: Rules
    places: dict[str, Place] = field(default_factory=dict)
    floating: dict[str, int] = field(default_factory=dict)
    groups: int = 0

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
            return Change(self.settle_in(Group(sighting, bucket)), repeated=False)
        if sighting.id in group.members:
            return Change(group, repeated=True)
        group.members[sighting.id] = sighting.at
        return Change(group, repeated=False) if self.joined(group, sighting) else None

    def find(self, sighting: Sighting, bucket: int) -> Group | None:
        """Return the group that a sighting belongs to, None when there is none yet.

        A hot shelf is not searched, it may be long; if all are hot, the event gets a new group.
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
            if shelf.events <= self.rules.hot:
                return next(
                    (group for group in shelf.groups if group.holds(sighting, bucket)), None
                )
        return None

    def joined(self, group: Group, sighting: Sighting) -> bool:
        """Count a new member; tell whether a walk may see it: it is the earliest, or too many."""
        news = (sighting.at, sighting.id) < group.first
        if news:
            group.first = (sighting.at, sighting.id)
        for link in group.links:
            place = self.places[link]
            if isinstance(place, Group):
                news = news or len(place.members) == self.rules.hot + 1
            else:
                shelf = place[group.bucket]
                shelf.events += 1
                news = news or shelf.events == self.rules.hot + 1
        return news

    def settle_in(self, group: Group) -> Group:
        """Put a new group under each of its links."""
        self.groups += 1
        for link in group.links:
            place = self.places.get(link)
            if place is None:
                self.places[link] = group
                continue
            if isinstance(place, Group):
                self.places[link] = place = shelved(place)
            put(place, group)
        return group

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


def shelved(group: Group) -> dict[int, Shelf]:
    """Return a group on a shelf of its own, in the place of a lone one."""
    place: dict[int, Shelf] = {}
    shelf = place[group.bucket] = Shelf()
    shelf.groups.append(group)
    shelf.events = len(group.members)
    return place


def put(place: dict[int, Shelf], group: Group) -> None:
    """Put a new group on the shelf of its bucket."""
    shelf = place.setdefault(group.bucket, Shelf())
    shelf.groups.append(group)
    shelf.events += 1


def lacking(stated: Stated) -> list[int]:
    """Return the positions of the identity fields that are not stated."""
    return [position for position, value in enumerate(stated) if value is None]
