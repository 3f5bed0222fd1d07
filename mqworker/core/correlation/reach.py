"""Whom a new sighting may matter to: the waiters from which a walk could lead to it.

A walker w sees an event s over a last link L when s is within L's window around w, so w is within
L's window turned around s. What the walk comes through was reached over another link, and may be as
far from w as the widest window. Groups that state no identity field are walked over like any
other: they may be the bridge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mqworker.core.correlation.group import Group
from mqworker.core.correlation.place import Place
from mqworker.core.correlation.replica import Change, Replica
from mqworker.core.correlation.sighting import Sighting

Shelved = tuple[str, int]
"""A link and a bucket."""


class Span(NamedTuple):
    """Buckets from `low` to `high`, both included."""

    low: int
    high: int


def affected(replica: Replica, change: Change, seen: set[Shelved]) -> Iterator[Sighting]:
    """Give every remembered event, as a sighting, whose answer a change may have changed.

    Args:
        replica: what is known.
        change: what a sighting changed in it.
        seen: the hot shelves that were gone through already, together with this change; one that
            became hot is gone through once for all who may have made it so.
    """
    for group in reached(replica, change, seen) if change.waiters is None else change.waiters:
        yield from group.sightings()


def reached(replica: Replica, change: Change, seen: set[Shelved]) -> Iterator[Group]:
    """Give every waiter from which a walk could lead to a change."""
    changed = change.group
    places = [place for place in found(replica, changed.links) if matters(place, change, seen)]
    rules = [place.kind.rule for place in places if place.kind.rule]
    if not rules:
        return
    after, before = max(rule.after for rule in rules), max(rule.before for rule in rules)
    walkers = Span(changed.bucket - after, changed.bucket + before)
    for group in around(replica, changed, places, walkers):
        if None in group.stated and walkers.low <= group.bucket <= walkers.high:
            yield group


def found(replica: Replica, links: Sequence[str]) -> list[Place]:
    """Return the places of links."""
    return [place for place in replica.open(links) if place is not None]


def matters(place: Place, change: Change, seen: set[Shelved]) -> bool:
    """Tell whether a walk over a link can notice a change.

    What was hot before stays hot, and no walk looks further. What has just become hot is news, and
    so may be what is repeated: the news of it may have died with who brought it.
    """
    bucket = change.group.bucket
    if not place.is_hot(bucket):
        return True
    shelved = (place.link, bucket)
    if shelved in seen or not (change.repeated or place.link in change.crossed):
        return False
    seen.add(shelved)
    return True


def around(replica: Replica, changed: Group, places: list[Place], walkers: Span) -> list[Group]:
    """Return the groups that a walk may start from or come through on its way to `changed`."""
    low, high = walkers.low - replica.before, walkers.high + replica.after
    seen: dict[Group, None] = {changed: None}
    followed: set[str] = set()
    for _ in range(replica.rules.max_hops):
        followed.update(place.link for place in places)
        ruled = [place for place in places if place.kind.rule is not None]
        met = dict.fromkeys(group for place in ruled for group in place.within(low, high))
        new = [group for group in met if group not in seen]
        if not new:
            break
        seen.update(dict.fromkeys(new))
        links = dict.fromkeys(link for group in new for link in group.links)
        places = found(replica, [link for link in links if link not in followed])
    return list(seen)
