"""Whom a new sighting may matter to: the waiters from which a walk could lead to it.

A walker w sees an event s over a last link L when s is within L's window around w, so w is within
L's window turned around s. What the walk comes through was reached over another link, and may be as
far from w as the widest window. Groups that state no identity field are walked over like any
other: they may be the bridge.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mqworker.core.correlation.replica import Change, Group, Replica
from mqworker.core.correlation.rules import Rule
from mqworker.core.correlation.sighting import Sighting, rule_name

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
    changed = change.group
    links = [link for link in changed.links if matters(replica, link, change, seen)]
    rules = [rule for link in links if (rule := rule_of(replica, link))]
    if not rules:
        return
    after, before = max(rule.after for rule in rules), max(rule.before for rule in rules)
    walkers = Span(changed.bucket - after, changed.bucket + before)
    for group in around(replica, changed, links, walkers):
        if None in group.stated and walkers.low <= group.bucket <= walkers.high:
            for name, at in group.members.items():
                yield Sighting(name, group.index_name, at, False, group.links, group.stated)


def matters(replica: Replica, link: str, change: Change, seen: set[Shelved]) -> bool:
    """Tell whether a walk over a link can notice a change.

    What was hot before stays hot, and no walk looks further. What has just become hot is news, and
    so may be what is repeated: the news of it may have died with who brought it.
    """
    bucket = change.group.bucket
    if replica.events(link, bucket) <= replica.rules.hot:
        return True
    if (link, bucket) in seen or not (change.repeated or link in change.crossed):
        return False
    seen.add((link, bucket))
    return True


def around(replica: Replica, changed: Group, links: list[str], walkers: Span) -> list[Group]:
    """Return the groups that a walk may start from or come through on its way to `changed`."""
    seen: dict[Group, None] = {changed: None}
    followed: set[str] = set()
    for _ in range(replica.rules.max_hops):
        followed.update(links)
        met = dict.fromkeys(group for link in links for group in near(replica, link, walkers))
        new = [group for group in met if group not in seen]
        if not new:
            break
        seen.update(dict.fromkeys(new))
        links = list(dict.fromkeys(n for group in new for n in group.links if n not in followed))
    return list(seen)


def near(replica: Replica, link: str, walkers: Span) -> Iterator[Group]:
    """Give the groups of a link that some walker in the span can come through."""
    if rule_of(replica, link) is None:
        return
    low, high = walkers.low - replica.rules.before, walkers.high + replica.rules.after
    for groups, _ in replica.shelves(link, low, high):
        yield from groups


def rule_of(replica: Replica, link: str) -> Rule | None:
    """Return the rule that made a link; None when there is no such rule any more."""
    return replica.rules.rules.get(rule_name(link))
