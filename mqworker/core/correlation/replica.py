"""Each worker's own copy of the shared memory, and what each new sighting changes in it.

1. A change names every waiter whose answer it may have changed; where nothing says which these are
   (what is repeated, what is hot) it names none, and everything in reach is looked at.
2. That holds for sightings of which `own` is told. Those of others are theirs to carry through.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mqworker.core.correlation.answer import Answer
from mqworker.core.correlation.cluster import Cluster
from mqworker.core.correlation.group import Group, Moment, moment, shared
from mqworker.core.correlation.index import Index, bits_of
from mqworker.core.correlation.place import Place, find, neighbor_in
from mqworker.core.correlation.sighting import Sighting
from mqworker.core.correlation.walk import resolve


class Change(NamedTuple):
    """A group that a walk may see anew.

    waiters: whose answers it may have changed; None when that is not known.
    repeated: it was remembered before, but what it changed then may not have been carried through:
        who remembered it first may have died on the way.
    crossed: the links that became hot by it, in its bucket.
    """

    group: Group
    waiters: tuple[Group, ...] | None = None
    repeated: bool = False
    crossed: tuple[str, ...] = ()


Waiting = tuple[Group, Sighting, Answer]
"""A waiter, a member of it, and that member's answer."""


class Arrival:
    """A new event before it is put in: what it meets, and what it brings.

    places: those of its links that there are. clusters: what these belong to.
    """

    __slots__ = ("bits", "bucket", "clusters", "links", "places", "stated", "when")

    def __init__(
        self,
        places: list[Place],
        sighting: Sighting,
        bucket: int,
        when: Moment,
    ) -> None:
        self.places = places
        self.clusters = roots(places)
        self.links = sighting.links
        self.stated = sighting.stated
        self.bits = bits_of(sighting.stated)
        self.bucket = bucket
        self.when = when


class Replica(Index):
    """Remembered events, and who waits for what."""

    def absorb(self, sighting: Sighting, *, own: bool = True) -> Change | None:
        """Remember a sighting whose time is fixed.

        Args:
            sighting: of an event.
            own: whom it affects is asked of this worker.

        Returns:
            What it changed, None when that changes no answer but its own.
        """
        if not sighting.links:
            return None
        bucket, when = sighting.at // self.width, moment(sighting.at, sighting.id)
        found = self.open(sighting.links)
        places = [place for place in found if place is not None]
        if not places and self.put_alone(sighting, bucket, when):
            return None
        group = None
        if len(places) == len(found):
            group = find(places, sighting, bucket, when)
            if group is not None and group.holds(when):
                return Change(group, repeated=True)
        arrival = Arrival(places, sighting, bucket, when)
        if group is None:
            return self.take_in(arrival, found, sighting.index_name, own=own)
        return self.join(group, arrival, own=own)

    def join(self, group: Group, arrival: Arrival, *, own: bool) -> Change | None:
        """Add a member to a group; only an earlier one than all, or one too many, is news."""
        is_earlier = arrival.when < group.first
        before = self.disturb(arrival, own=own) if is_earlier else []
        group.add(arrival.when)
        hot = self.rules.hot
        crossed = tuple(
            [place.link for place in arrival.places if place.count(group, arrival.when, hot)]
        )
        (cluster,) = arrival.clusters
        if crossed:
            cluster.crowd()
        if cluster.crowded:
            return Change(group, crossed=crossed) if is_earlier or crossed else None
        return self.compare(cluster, group, before)

    def take_in(
        self, arrival: Arrival, found: Sequence[Place | None], index_name: str, *, own: bool
    ) -> Change | None:
        """Put a new group in."""
        before = self.disturb(arrival, own=own)
        cluster = unite(arrival.clusters)
        group = self.akin(arrival, found, index_name)
        self.groups.setdefault(group.bucket, []).append(group)
        crossed, mask = self.put(group, found, None if arrival.places else cluster)
        cluster.known |= arrival.bits
        if crossed:
            cluster.crowd()
        if cluster.crowded:
            return Change(group, crossed=tuple(crossed))
        if mask & ~arrival.bits:
            cluster.await_answer(group)
        return self.compare(cluster, group, before)

    def put(
        self, group: Group, found: Sequence[Place | None], cluster: Cluster | None
    ) -> tuple[list[str], int]:
        """Put a new group under its links; return those that became hot, and what all carry.

        cluster: for the places of links that are new; None where they need none yet.
        """
        crossed, mask = [], 0
        for number, link in enumerate(group.links):
            place = found[number]
            if place is None:
                mask |= self.kind(link).mask
                is_hot = self.begin(link, group, cluster)
            else:
                mask |= place.kind.mask
                is_hot = place.add(group, self.rules.hot)
            if is_hot:
                crossed.append(link)
        return crossed, mask

    def akin(self, arrival: Arrival, found: Sequence[Place | None], index_name: str) -> Group:
        """Return the group of a new event; what it has in common with a neighbor is one object."""
        stated = arrival.stated
        links = tuple(
            [
                arrival.links[number] if place is None else place.link
                for number, place in enumerate(found)
            ]
        )
        neighbor = neighbor_in(arrival.places, arrival.bucket)
        if neighbor is not None:
            links = neighbor.links if neighbor.links == links else links
            stated = shared(stated, neighbor.stated)
        return Group(links, stated, arrival.bucket, index_name, arrival.when)

    def disturb(self, arrival: Arrival, *, own: bool) -> list[Waiting]:
        """Return the waiters whose answers a new event may change, with the answers as they are.

        For others' events there are none: whom they may affect has to be asked for again.
        """
        before: list[Waiting] = []
        for cluster in arrival.clusters:
            if cluster.crowded:
                return before
        for cluster in arrival.clusters:
            if own and cluster.pending:
                self.settle_pending(cluster)
            for waiter in self.upset(cluster, arrival):
                if own:
                    seen = waiter.sighting()
                    before.append((waiter, seen, resolve(self, seen)))
                else:
                    cluster.await_answer(waiter)
        return before

    def settle_pending(self, cluster: Cluster) -> None:
        """Find the answers of waiters that are not known."""
        pending, cluster.pending = cluster.pending or [], None
        for waiter in pending:
            if waiter.bucket in self.groups:
                self.settle(cluster, waiter, resolve(self, waiter.sighting()))

    def settle(self, cluster: Cluster, waiter: Group, answer: Answer) -> None:
        """Take note of a waiter's answer."""
        places = self.open(waiter.links)
        mask = 0
        for place in places:
            mask |= place.kind.mask if place else 0
        if cluster.settle(waiter, mask & ~bits_of(waiter.stated), answer):
            for place in places:
                if place is not None:
                    place.leads_far = True

    def upset(self, cluster: Cluster, arrival: Arrival) -> list[Group]:
        """Return the waiters of a cluster whose answers a new event may change."""
        waiters: dict[Group, None] = {}
        places = [place for place in arrival.places if place.cluster.root() is cluster]
        if cluster.near and cluster.near.is_broken(arrival.stated, arrival.when):
            for place in places:
                waiters.update(dict.fromkeys(adjacent(place, arrival)))
        if cluster.unsettled and is_opened(cluster, places, arrival):
            low, high = arrival.bucket - self.after, arrival.bucket + self.before
            alive = [waiter for waiter in cluster.unsettled if waiter.bucket in self.groups]
            reached = [waiter for waiter in alive if low <= waiter.bucket <= high]
            cluster.unsettled = [each for each in alive if not low <= each.bucket <= high] or None
            if cluster.unsettled is None:
                cluster.open = cluster.distant = 0
                cluster.far = None
            waiters.update(dict.fromkeys(reached))
        return list(waiters)

    def compare(self, cluster: Cluster, group: Group, before: list[Waiting]) -> Change | None:
        """Return what has changed for waiters, given their answers before."""
        changed = []
        for waiter, seen, old in before:
            first = waiter.sighting()
            new = resolve(self, first)
            self.settle(cluster, waiter, new)
            # An earlier member has an answer of its own, which says nothing of the others'.
            if old != (new if first.id == seen.id else resolve(self, seen)):
                changed.append(waiter)
        return Change(group, tuple(changed)) if changed else None


def roots(places: Iterable[Place]) -> list[Cluster]:
    """Return the clusters of places, each once."""
    clusters: list[Cluster] = []
    for place in places:
        cluster = place.cluster = place.cluster.root()
        if cluster not in clusters:
            clusters.append(cluster)
    return clusters


def unite(clusters: list[Cluster]) -> Cluster:
    """Return one cluster for all of these."""
    if not clusters:
        return Cluster()
    for other in clusters[1:]:
        clusters[0].take(other)
    return clusters[0]


def adjacent(place: Place, arrival: Arrival) -> Iterable[Group]:
    """Give the waiters under a link that see a new event there, and lack what it states."""
    rule = place.kind.rule
    if rule is None:
        return
    for group in place.within(arrival.bucket - rule.after, arrival.bucket + rule.before):
        if arrival.bits & ~bits_of(group.stated):
            yield group


def is_opened(cluster: Cluster, places: list[Place], arrival: Arrival) -> bool:
    """Tell whether a new event may change the answer of an unsettled waiter of a cluster."""
    others = 0
    for other in arrival.clusters:
        if other is not cluster:
            others |= other.known
    if cluster.open & (arrival.bits | others) or cluster.distant & others:
        return True
    if cluster.far is not None:
        if cluster.far.is_broken(arrival.stated, arrival.when):
            return True
        if cluster.distant & arrival.bits and any(place.leads_far for place in places):
            return True
    watched = (cluster.open | cluster.distant) & cluster.known
    return watched != 0 and is_shortcut(places, arrival.bucket)


def is_shortcut(places: list[Place], bucket: int) -> bool:
    """Tell whether an event in these places makes a way that no other of its bucket makes."""
    if len(places) < 2:  # noqa: PLR2004 - a way has two ends
        return False
    links = {place.link for place in places}
    return not any(links.issubset(group.links) for group in places[0].within(bucket, bucket))
