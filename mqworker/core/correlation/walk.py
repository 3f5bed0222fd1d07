"""The walk: from an event over links to the nearest events that state what it does not.

Breadth first, over links that carry the field, at most `max_hops` away, through events within each
link's window around the *walker's* own time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mqworker.core.correlation.answer import Ambiguous, Fill, Finding, Hot
from mqworker.core.correlation.replica import Group, Replica, lacking
from mqworker.core.correlation.sighting import Sighting, rule_name


class Step(NamedTuple):
    """One hop of a walk: the groups met, each with the smallest name of a link that leads there."""

    met: dict[Group, str]
    hot: str | None


def resolve(replica: Replica, sighting: Sighting) -> dict[int, Finding]:
    """Return what can be said of the fields that an event does not state.

    Args:
        replica: what is known.
        sighting: the event, its time fixed; it need not be in the replica.
    """
    return {
        position: finding
        for position in lacking(sighting.stated)
        if (finding := walk(replica, sighting, position)) is not None
    }


def walk(replica: Replica, sighting: Sighting, position: int) -> Finding | None:
    """Return what the nearest events state for one field; None when none does."""
    bucket = replica.bucket(sighting.at)
    followed: set[str] = set()
    seen: set[Group] = set()
    frontier: Iterable[str] = sighting.links
    for hops in range(1, replica.rules.max_hops + 1):
        step = hop(replica, frontier, position, bucket, followed)
        if step.hot is not None:
            return Hot(step.hot, hops)
        new = {group: link for group, link in step.met.items() if group not in seen}
        if stating := [group for group in new if group.stated[position] is not None]:
            return judge(replica, stating, new, position, hops, sighting.at)
        if not new:
            return None
        seen.update(new)
        frontier = [link for group in new for link in group.links]
    return None


def hop(
    replica: Replica, links: Iterable[str], position: int, bucket: int, followed: set[str]
) -> Step:
    """Follow links that carry a field and were not followed yet."""
    met: dict[Group, str] = {}
    hot: str | None = None
    for link in links:
        name = rule_name(link)
        rule = replica.rules.rules.get(name)
        if rule is None or position not in rule.carries or link in followed:
            continue
        followed.add(link)
        for groups, events in replica.shelves(link, bucket - rule.before, bucket + rule.after):
            if events > replica.rules.hot:
                hot = name if hot is None else min(hot, name)
                continue
            for group in groups:
                if name < met.get(group, "\x7f"):
                    met[group] = name
    return Step(met, hot)


def judge(
    replica: Replica,
    stating: list[Group],
    names: dict[Group, str],
    position: int,
    hops: int,
    at: int,
) -> Finding:
    """Return the one value, or that there are several."""
    values = sorted({value for group in stating if (value := group.stated[position]) is not None})
    if len(values) > 1:
        return Ambiguous(tuple(values[: replica.rules.most_candidates]), hops)
    when, evidence = min(group.first for group in stating)
    link = min(names[group] for group in stating if group.first == (when, evidence))
    return Fill(values[0], link, evidence, hops, when - at)
