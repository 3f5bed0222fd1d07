"""What is remembered, indexed by link.

1. A link is found by its hash, and known by its text: what another link of the same hash has is
   never taken for its own.
2. The time of an event without one is fixed by the first sighting of its ID.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mqworker.core.correlation.cluster import Cluster
from mqworker.core.correlation.group import Group, Moment, name_of, pack, unpack
from mqworker.core.correlation.linking import Stated
from mqworker.core.correlation.place import UNRULED, Kind, Place
from mqworker.core.correlation.rules import Rules
from mqworker.core.correlation.sighting import Sighting, rule_name

HASH = (1 << 60) - 1
"""A hash of so many bits is an object half as large as one that has a few more."""

Entry = str | Place
"""What a link has: a place, or a lone event's text."""


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
        return sighting if at == sighting.at else sighting._replace(at=at)

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
        if isinstance(entry, str):
            lone = unpack(entry, self.fields, self.width)
            return lone if link in lone.links else None
        return entry if entry.link == link else None

    def open(self, links: Sequence[str]) -> list[Place | None]:
        """Return the places of an event's links, where there are any; lone events get some."""
        return self.open_at(keys_of(links), links)

    def open_at(self, keys: list[int], links: Sequence[str]) -> list[Place | None]:
        """Return the places of links, whose hashes are known already."""
        places: list[Place | None] = []
        for number, link in enumerate(links):
            found = self.look_up_at(keys[number], link)
            if isinstance(found, Group):
                self.house(found)
                found = self.look_up_at(keys[number], link)
            places.append(found if isinstance(found, Place) else None)
        return places

    def house(self, lone: Group) -> None:
        """Make places for what was a lone event."""
        cluster = Cluster()
        lacking = 0
        for link in lone.links:
            place = Place(link, self.kind(link), cluster)
            place.add(lone, self.rules.hot)
            self.entries[hash(link) & HASH] = place
            lacking |= place.kind.mask
        cluster.known = bits_of(lone.stated)
        cluster.settle(lone, lacking & ~cluster.known, {})
        self.groups.setdefault(lone.bucket, []).append(lone)

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

    def make(self, key: int, link: str, cluster: Cluster) -> Place:
        """Make a place for a link that has none, and whose hash is `key`."""
        place = Place(link, self.kind(link), cluster)
        if key in self.entries:
            self.twins[link] = place
        else:
            self.entries[key] = place
        return place

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
        place = self.look_up(link)
        is_empty = isinstance(place, Place) and place.evict(bucket)
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
