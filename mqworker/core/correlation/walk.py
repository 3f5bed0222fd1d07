"""The walk: from an event over links to the nearest events that state what it does not.

Breadth first, over links that carry the field, at most `max_hops` away, through events within each
link's window around the *walker's* own time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mqworker.core.correlation.answer import Ambiguous, Fill, Finding, Hot
from mqworker.core.correlation.group import Group, name_of, time_of
from mqworker.core.correlation.index import Index
from mqworker.core.correlation.rules import Rule
from mqworker.core.correlation.sighting import Sighting


class Step(NamedTuple):
    """What is met over one link: groups; None where it is hot."""

    rule: Rule
    groups: list[Group] | None


def resolve(index: Index, sighting: Sighting) -> dict[int, Finding]:
    """Return what can be said of the fields that an event does not state.

    Args:
        index: what is known.
        sighting: the event, its time fixed; it need not be in the index.
    """
    stated = sighting.stated
    if None not in stated:
        return {}
    bucket = sighting.at // index.width
    first = follow(index, sighting.links, bucket)
    answer: dict[int, Finding] = {}
    for position, value in enumerate(stated):
        if value is None:
            steps = [step for step in first if position in step.rule.carries]
            finding = steps and walk(index, sighting, position, bucket, steps)
            if finding:
                answer[position] = finding
    return answer


def follow(index: Index, links: Iterable[str], bucket: int) -> list[Step]:
    """Follow links from an event of a bucket, each in its window."""
    steps = []
    for link in links:
        found = index.look_up(link)
        if found is None:
            continue
        rule = index.kind(link).rule if isinstance(found, Group) else found.kind.rule
        if rule is not None:
            low, high = bucket - rule.before, bucket + rule.after
            if isinstance(found, Group):
                groups: list[Group] | None = [found] if low <= found.bucket <= high else []
            else:
                groups = found.cool(low, high)
            steps.append(tuple.__new__(Step, (rule, groups)))
    return steps


def walk(
    index: Index, sighting: Sighting, position: int, bucket: int, steps: list[Step]
) -> Finding | None:
    """Return what the nearest events state for one field; None when none does.

    Args:
        index: what is known.
        sighting: the walker.
        bucket: its own.
        position: of the field.
        steps: what its own links lead to, those that carry the field.
    """
    if finding := judge(index, steps, position, 1, sighting.at):
        return finding
    followed = set(sighting.links)
    seen: set[Group] = set()
    for hops in range(2, index.rules.max_hops + 1):
        new = {group for step in steps for group in step.groups or ()} - seen
        if not new:
            return None
        seen |= new
        links = {link: None for group in new for link in group.links if link not in followed}
        followed.update(links)
        steps = [step for step in follow(index, links, bucket) if position in step.rule.carries]
        if finding := judge(index, steps, position, hops, sighting.at):
            return finding
    return None


def judge(index: Index, steps: list[Step], position: int, hops: int, at: int) -> Finding | None:
    """Return the one value that is stated at a distance, or why there is none to be told."""
    hot = [step.rule.name for step in steps if step.groups is None]
    if hot:
        return Hot(min(hot), hops)
    first, link, values = "", "", set()
    for rule, groups in steps:
        name = rule.name
        for group in groups or ():
            value = group.stated[position]
            if value is not None:
                values.add(value)
                when = group.first
                if not first or when < first or (when == first and name < link):
                    first, link = when, name
    if not values:
        return None
    if len(values) > 1:
        return Ambiguous(tuple(sorted(values)[: index.rules.most_candidates]), hops)
    fill = (values.pop(), link, name_of(first), hops, time_of(first) - at)
    return tuple.__new__(Fill, fill)
