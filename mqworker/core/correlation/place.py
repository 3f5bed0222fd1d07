"""What is known under one link: its groups, by bucket once they are many.

1. A link with more than `hot` distinct events in a bucket is hot there. Its groups are kept all the
   same: a walk whose window does not reach that bucket may still come through them by other links.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from mqworker.core.correlation.cluster import Cluster
from mqworker.core.correlation.group import Group, Moment
from mqworker.core.correlation.rules import Rule
from mqworker.core.correlation.sighting import Sighting

NO_GROUPS: Final[list[Group]] = []
"""What every place without a list of its own has; nothing is put into it."""

SHORT: Final = 16
"""So many groups are looked through more quickly than they are found by bucket."""


class Kind(NamedTuple):
    """The rule of a link, None where there is no such rule (any more).

    mask: the fields that it carries, a bit for each.
    """

    rule: Rule | None
    mask: int


UNRULED: Final = Kind(None, 0)


class Shelf:
    """The groups of a link in one bucket, and how many events they hold.

    found: where each event is, once the shelf is hot and too long to be looked through.
    """

    __slots__ = ("events", "found", "groups")

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.events = 0
        self.found: dict[Moment, Group] | None = None

    def put(self, group: Group) -> None:
        """Add a group with all of its members."""
        self.groups.append(group)
        self.events += len(group)


class Place:
    """Everything under a link.

    cluster: what it is connected with; ask `cluster.root()`.
    events: how many there are.
    only: the one group that is here, as most links never have another.
    groups: all of them, as long as they are several and few; then `shelves` has them.
    leads_far: some waiter here found what it lacks at the second link only.
    """

    __slots__ = ("cluster", "events", "groups", "kind", "leads_far", "link", "only", "shelves")

    def __init__(self, link: str, kind: Kind, cluster: Cluster) -> None:
        self.link = link
        self.kind = kind
        self.cluster = cluster
        self.events = 0
        self.only: Group | None = None
        self.groups = NO_GROUPS
        self.shelves: dict[int, Shelf] | None = None
        self.leads_far = False

    def few(self) -> list[Group]:
        """Return the groups that are on no shelf."""
        return self.groups if self.only is None else [self.only]

    def add(self, group: Group, hot: int) -> bool:
        """Put a new group of one event here; tell whether that makes the link hot."""
        if self.shelves is not None:
            self.shelves.setdefault(group.bucket, Shelf()).groups.append(group)
        elif not self.events:
            self.only = group
        elif self.only is not None:
            self.groups, self.only = [self.only, group], None
        else:
            self.groups.append(group)
        return self.count(group, group.first, hot)

    def latest(self, bucket: int) -> Group | None:
        """Return the last of the groups that came here, of many the last one of a bucket."""
        if self.only is not None:
            return self.only
        groups = self.groups
        if self.shelves is not None:
            shelf = self.shelves.get(bucket)
            groups = NO_GROUPS if shelf is None else shelf.groups
        return groups[-1] if groups else None

    def count(self, group: Group, when: Moment, hot: int) -> bool:
        """Count one more event, which its group has already; tell whether it makes the link hot."""
        self.events += 1
        if self.shelves is None:
            if self.events <= hot and len(self.groups) <= SHORT:
                return False
            shelf = self.spread()[group.bucket]
        else:
            shelf = self.shelves[group.bucket]
            shelf.events += 1
        if shelf.found is not None:
            shelf.found[when] = group
        elif shelf.events > hot:
            shelf.found = {one: each for each in shelf.groups for one in each.moments()}
            return True
        return False

    def spread(self) -> dict[int, Shelf]:
        """Put the groups on shelves."""
        self.shelves = {}
        for group in self.few():
            self.shelves.setdefault(group.bucket, Shelf()).put(group)
        self.only, self.groups = None, NO_GROUPS
        return self.shelves

    def within(self, low: int, high: int) -> list[Group]:
        """Return the groups from bucket `low` to `high`, both included."""
        if self.shelves is None:
            return [group for group in self.few() if low <= group.bucket <= high]
        return [group for shelf in self.within_shelves(low, high) for group in shelf.groups]

    def within_shelves(self, low: int, high: int) -> list[Shelf]:
        """Return the shelves from bucket `low` to `high`."""
        shelves = self.shelves or {}
        if high - low < len(shelves):
            found = map(shelves.get, range(low, high + 1))
            return [shelf for shelf in found if shelf is not None]
        return [shelf for bucket, shelf in shelves.items() if low <= bucket <= high]

    def cool(self, low: int, high: int) -> list[Group] | None:
        """Return the groups from bucket `low` to `high`, None when the link is hot in between."""
        if self.shelves is None:
            return [group for group in self.few() if low <= group.bucket <= high]
        shelves = self.within_shelves(low, high)
        if any(shelf.found is not None for shelf in shelves):
            return None
        return [group for shelf in shelves for group in shelf.groups]

    def is_hot(self, bucket: int) -> bool:
        """Tell whether the link is hot in a bucket."""
        shelf = self.shelves.get(bucket) if self.shelves is not None else None
        return shelf is not None and shelf.found is not None

    def find(self, sighting: Sighting, bucket: int, when: Moment) -> Group | None:
        """Return the group that an event belongs to, None when there is none yet.

        Where the link is hot only what is there already is found; a new event is a group of its
        own.
        """
        groups = self.few()
        if self.shelves is not None:
            shelf = self.shelves.get(bucket)
            if shelf is None:
                return None
            if shelf.found is not None:
                return shelf.found.get(when)
            groups = shelf.groups
        for group in groups:
            if (
                group.bucket == bucket
                and group.stated == sighting.stated
                and group.links == sighting.links
                and group.index_name == sighting.index_name
            ):
                return group
        return None

    def evict(self, bucket: int) -> bool:
        """Forget a bucket; tell whether nothing is left."""
        if self.shelves is None:
            self.groups = [group for group in self.few() if group.bucket != bucket]
            self.only = None
            self.events = sum(map(len, self.groups))
        elif (shelf := self.shelves.pop(bucket, None)) is not None:
            self.events -= shelf.events
        return not self.events


def find(places: list[Place], sighting: Sighting, bucket: int, when: Moment) -> Group | None:
    """Return the group that an event belongs to, None when there is none yet."""
    for place in places:
        if place.shelves is None:
            return place.find(sighting, bucket, when)
    for place in places:
        if (group := place.find(sighting, bucket, when)) is not None:
            return group
    return None


def neighbor_in(places: list[Place], bucket: int) -> Group | None:
    """Return a group that shares a link with a new event of a bucket."""
    for place in places:
        if (latest := place.latest(bucket)) is not None:
            return latest
    return None
