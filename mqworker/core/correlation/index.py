"""What is remembered, indexed by link.

1. A lone event is found by the hashes of its links, as their texts are in its own, and known by
   those: what another link of the same hash has is never taken for its own.
2. The time of an event without one is fixed by the first sighting of its ID.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from mqworker.core.correlation.cluster import Cluster
from mqworker.core.correlation.group import Group, Moment, name_of, pack, unpack
from mqworker.core.correlation.linking import Stated
from mqworker.core.correlation.place import UNRULED, Kind, Place
from mqworker.core.correlation.rules import Rules
from mqworker.core.correlation.sighting import Sighting, rule_name

HASH: Final = (1 << 60) - 1
"""A hash of so many bits is an object half as large as one that has a few more."""

Entry = Group | Place
"""What a link has: a place; or, if it has one event only, its group."""


class Index:
    """Remembered events.

    entries: by link. alone: the texts of lone events, by the hash of each of their links.
    groups, lone: by bucket, for forgetting: what is among the entries, and a hash of what is alone.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.width = rules.bucket_s * 1000
        self.before, self.after = rules.before, rules.after
        self.fields = len(rules.identity)
        self.kinds = {
            name: Kind(rule, sum(1 << position for position in rule.carries))
            for name, rule in rules.rules.items()
        }
        self.entries: dict[str, Entry] = {}
        self.alone: dict[int, str] = {}
        self.floating: dict[str, int] = {}
        self.groups: dict[int, list[Group]] = {}
        self.lone: dict[int, list[int]] = {}

    def bucket(self, at: int) -> int:
        """Return the bucket of a time in milliseconds."""
        return at // self.width

    def fixed(self, sighting: Sighting) -> Sighting:
        """Return the sighting with the time that counts."""
        if not sighting.floating:
            return sighting
        at = self.floating.setdefault(sighting.id, sighting.at)
        return sighting if at == sighting.at else sighting.moved(at)

    def kind(self, link: str) -> Kind:
        """Return the rule of a link."""
        return self.kinds.get(rule_name(link), UNRULED)

    def look_up(self, link: str) -> Place | Group | None:
        """Return what is under a link: a place, or the one event that has it."""
        entry = self.entries.get(link)
        if entry is not None:
            return entry
        text = self.alone.get(key_of(link))
        if text is None:
            return None
        one = unpack(text, self.fields, self.width)
        return one if link in one.links else None

    def open(self, links: Sequence[str]) -> list[Place | None]:
        """Return the places of an event's links, where there are any; lone events get some."""
        places: list[Place | None] = []
        for link in links:
            found = self.look_up(link)
            if isinstance(found, Group):
                found = self.house(link, found)
            places.append(found)
        return places

    def house(self, link: str, one: Group) -> Place:
        """Make a place for a link that had one event."""
        cluster = self.cluster_of(one) if self.entries.get(link) is one else self.take_up(one)
        own = one.links[one.links.index(link)]  # the text that is kept already
        place = self.entries[link] = Place(own, self.kind(link), cluster)
        place.add(one, self.rules.hot)
        return place

    def cluster_of(self, group: Group) -> Cluster:
        """Return the cluster of a group, which has a place under another link."""
        for link in group.links:
            found = self.look_up(link)
            if isinstance(found, Place):
                return found.cluster.root()
        raise LookupError(group.links)

    def take_up(self, lone: Group) -> Cluster:
        """Have a lone event's group in the place of its text; return a cluster for it."""
        cluster = Cluster()
        lacking = 0
        for link in lone.links:
            del self.alone[key_of(link)]
            self.entries[link] = lone
            lacking |= self.kind(link).mask
        cluster.known = bits_of(lone.stated)
        cluster.settle(lone, lacking & ~cluster.known, {})
        self.groups.setdefault(lone.bucket, []).append(lone)
        return cluster

    def put_alone(self, sighting: Sighting, bucket: int, when: Moment) -> bool:
        """Remember an event none of whose links is known; tell whether it can be kept alone."""
        alone = self.alone
        keys = [key_of(link) for link in sighting.links]
        for key in keys:
            if key in alone:
                return False
        text = pack(when, sighting) if len(keys) == 1 or len(set(keys)) == len(keys) else None
        if text is None:
            return False
        for key in keys:
            alone[key] = text
        lone = self.lone.get(bucket)
        if lone is None:
            lone = self.lone[bucket] = []
        lone.append(keys[0])
        return True

    def begin(self, link: str, group: Group, cluster: Cluster | None) -> bool:
        """Remember a new group under a link that has nothing yet; tell whether that makes it hot.

        Args:
            link: as the group has it.
            group: of one event.
            cluster: its own; None when it has a place under another link, and needs none here.
        """
        if cluster is None and link not in self.entries:
            self.entries[link] = group
            return False
        place = Place(link, self.kind(link), cluster or self.cluster_of(group))
        self.entries[link] = place
        return place.add(group, self.rules.hot)

    def evict(self, buckets: Iterable[int]) -> None:
        """Forget everything that happened in these buckets."""
        for bucket in buckets:
            for key in self.lone.pop(bucket, ()):
                self.evict_lone(key, bucket)
            for group in self.groups.pop(bucket, ()):
                for link in group.links:
                    self.evict_place(link, bucket)
                self.unfix(group)

    def evict_lone(self, key: int, bucket: int) -> None:
        """Forget a lone event, if it is one still."""
        text = self.alone.get(key)
        if text is not None:
            lone = unpack(text, self.fields, self.width)
            if lone.bucket == bucket:
                for link in lone.links:
                    del self.alone[key_of(link)]
                self.unfix(lone)

    def evict_place(self, link: str, bucket: int) -> None:
        """Forget what a link has in a bucket."""
        found = self.entries.get(link)
        is_empty = found.evict(bucket) if isinstance(found, Place) else found is not None
        if is_empty:
            del self.entries[link]

    def unfix(self, group: Group) -> None:
        """Forget the times of events that have none of their own."""
        if self.floating:
            for when in group.moments():
                self.floating.pop(name_of(when), None)


def key_of(link: str) -> int:
    """Return what a lone event is found by under a link."""
    return hash(link) & HASH


def bits_of(stated: Stated) -> int:
    """Return which fields are stated, a bit for each."""
    bits = 0
    for position, value in enumerate(stated):
        if value is not None:
            bits |= 1 << position
    return bits
