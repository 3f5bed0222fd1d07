"""What is remembered, indexed by link.

1. A link is found by its hash, and known by its text: what another link of the same hash has is
   never taken for its own.
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

Entry = str | Group | Place
"""What a link has: a place; or, if it has one event only, its group, or its text if it is alone."""


class Index:
    """Remembered events.

    entries: by the link's hash. twins: of links whose hash another link has, too.
    groups, lone: by bucket, for forgetting: what is in a place, and hashes of what is not.
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
        self.entries: dict[int, Entry] = {}
        self.twins: dict[str, Place] = {}
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
        return self.look_up_at(hash(link) & HASH, link)

    def look_up_at(self, key: int, link: str) -> Place | Group | None:
        """Return what is under a link, whose hash is known already."""
        if self.twins and link in self.twins:
            return self.twins[link]
        entry = self.entries.get(key)
        if entry is None:
            return None
        if isinstance(entry, Place):
            return entry if entry.link == link else None
        one = entry if isinstance(entry, Group) else unpack(entry, self.fields, self.width)
        return one if link in one.links else None

    def open(self, links: Sequence[str]) -> list[Place | None]:
        """Return the places of an event's links, where there are any; lone events get some."""
        return self.open_at(keys_of(links), links)

    def open_at(self, keys: list[int], links: Sequence[str]) -> list[Place | None]:
        """Return the places of links, whose hashes are known already."""
        places: list[Place | None] = []
        for number, link in enumerate(links):
            found = self.look_up_at(keys[number], link)
            if isinstance(found, Group):
                self.house(keys[number], link, found)
                found = self.look_up_at(keys[number], link)
            places.append(found if isinstance(found, Place) else None)
        return places

    def house(self, key: int, link: str, one: Group) -> None:
        """Make a place for a link that had one event; `key` is the link's hash."""
        cluster = self.cluster_of(one) if self.entries[key] is one else self.take_up(one)
        place = self.entries[key] = Place(link, self.kind(link), cluster)
        place.add(one, self.rules.hot)

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
            self.entries[hash(link) & HASH] = lone
            lacking |= self.kind(link).mask
        cluster.known = bits_of(lone.stated)
        cluster.settle(lone, lacking & ~cluster.known, {})
        self.groups.setdefault(lone.bucket, []).append(lone)
        return cluster

    def put_alone(self, sighting: Sighting, keys: list[int], bucket: int, when: Moment) -> bool:
        """Remember an event none of whose links is known; tell whether it can be kept alone.

        keys: the hashes of its links.
        """
        entries = self.entries
        for key in keys:
            if key in entries:
                return False
        text = pack(when, sighting) if len(keys) == 1 or len(set(keys)) == len(keys) else None
        if text is None:
            return False
        for key in keys:
            entries[key] = text
        alone = self.lone.get(bucket)
        if alone is None:
            alone = self.lone[bucket] = []
        alone.append(keys[0])
        return True

    def begin(self, key: int, link: str, group: Group, cluster: Cluster | None) -> bool:
        """Remember a new group under a link that has nothing yet; tell whether that makes it hot.

        Args:
            key: the link's hash.
            link: as the group has it.
            group: of one event.
            cluster: its own; None when it has a place under another link, and needs none here.
        """
        if cluster is None and key not in self.entries:
            self.entries[key] = group
            return False
        place = Place(link, self.kind(link), cluster or self.cluster_of(group))
        if key in self.entries:
            self.twins[link] = place
        else:
            self.entries[key] = place
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
        entry = self.entries.get(key)
        if isinstance(entry, str):
            lone = unpack(entry, self.fields, self.width)
            if lone.bucket == bucket:
                for link in lone.links:
                    del self.entries[hash(link) & HASH]
                self.unfix(lone)

    def evict_place(self, link: str, bucket: int) -> None:
        """Forget what a link has in a bucket."""
        found = self.look_up(link)
        is_empty = found.evict(bucket) if isinstance(found, Place) else found is not None
        if is_empty and self.twins.pop(link, None) is None:
            del self.entries[hash(link) & HASH]

    def unfix(self, group: Group) -> None:
        """Forget the times of events that have none of their own."""
        if self.floating:
            for when in group.moments():
                self.floating.pop(name_of(when), None)


def keys_of(links: Iterable[str]) -> list[int]:
    """Return the hashes of links, as entries have them."""
    return [hash(link) & HASH for link in links]


def bits_of(stated: Stated) -> int:
    """Return which fields are stated, a bit for each."""
    bits = 0
    for position, value in enumerate(stated):
        if value is not None:
            bits |= 1 << position
    return bits
