"""Rules made ready for use: event -> links.

1. What costs nothing is asked first: most rules do not concern most events, and say so after one
   look into `details`.
2. An identity field is read once: links take it from what the event states.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from mqworker.core.correlation.rules import Condition, Path, Rule
from mqworker.core.correlation.values import SPARE, Cleaner, cleaner, is_present

SEPARATOR = "\x1f"
"""Between the parts of a link: the ASCII unit separator, which no identifier holds. A value that
does could be made to equal the values of another link, so that it makes none."""

LONGEST = 2048
"""Characters of a link; a value may be as long as a message, and this is remembered."""

Stated = tuple[str | None, ...]
"""The identity fields' values, in the order of `Rules.identity`; None where not stated."""

_LONGEST_JUDGED = 128

Fields = Mapping[str, Any]

Link = Callable[[Fields, Fields, Stated], str | None]
"""Reads a link out of an event, its details and what it states."""

Check = Callable[[Fields, Fields], bool]
"""Tells of an event and its details whether a condition holds."""


class Part(NamedTuple):
    """A field that is a part of a link.

    position: its place in what is stated, -1 when it is no identity field.
    spare: the name in `details` that serves where the field says nothing, "" for none.
    """

    position: int
    in_details: bool
    name: str
    clean: Cleaner
    spare: str


class Linker(NamedTuple):
    """What makes one rule's links; `gate` is a name that has to be in `details`, if any has."""

    gate: str | None
    link: Link


def linker(rule: Rule, identity: tuple[Path, ...]) -> Linker:
    """Return what reads a rule's link out of an event."""
    gates = [where.name for where in rule.fields if where.in_details]
    return Linker(gates[0] if gates else None, link_of(rule, identity))


def link_of(rule: Rule, identity: tuple[Path, ...]) -> Link:
    """Return what reads a rule's link out of an event that is past its gate."""
    parts = tuple(part(where, identity) for where in rule.fields)
    scope = tuple(part(where, identity) for where in rule.scope)
    first = tuple(only(condition) for condition in rule.conditions if condition.any_of)
    last = tuple(prohibitions(rule.conditions))
    prefix, below = rule.name + SEPARATOR, rule.scope_below

    def link(event: Fields, details: Fields, stated: Stated) -> str | None:
        for check in first:
            if not check(event, details):
                return None
        found = texts(parts, event, details, stated)
        if found and scope and (below is None or len(found[0]) < below):
            within = texts(scope, event, details, stated)
            found = within and found + within
        if not found:
            return None
        for check in last:
            if not check(event, details):
                return None
        return joined(prefix, found)

    return link


def joined(prefix: str, found: list[str]) -> str | None:
    """Return a link of values, None where they are too long or could be those of another link."""
    values = SEPARATOR.join(found)
    if len(values) > LONGEST or values.count(SEPARATOR) >= len(found):
        return None
    return prefix + values


def part(where: Path, identity: tuple[Path, ...]) -> Part:
    """Return how to read one field of a link."""
    position = identity.index(where) if where in identity else -1
    return Part(position, where.in_details, where.name, cleaner(where), SPARE.get(where, ""))


def texts(
    parts: Iterable[Part], event: Fields, details: Fields, stated: Stated
) -> list[str] | None:
    """Return the values of several fields, None when one of them is missing."""
    found: list[str] = []
    for position, in_details, name, clean, spare in parts:
        if position >= 0:
            text = stated[position]
        else:
            text = clean((details if in_details else event).get(name))
            if text is None and spare:
                text = clean(details.get(spare))
        if text is None:
            return None
        found.append(text)
    return found


def only(condition: Condition) -> Check:
    """Return what checks that a field is one of some."""
    in_details, name = condition.field
    clean, spare = cleaner(condition.field), SPARE.get(condition.field, "")
    allowed = lowered(condition.any_of, clean)

    def judge(value: object) -> bool | None:
        text = clean(value)
        return None if text is None else text.lower() in allowed

    judged = lru_cache(maxsize=1024)(judge)

    def check(event: Fields, details: Fields) -> bool:
        value = (details if in_details else event).get(name)
        known = type(value) is str and len(value) <= _LONGEST_JUDGED
        verdict = judged(value) if known else judge(value)
        if verdict is None and spare:
            verdict = judge(details.get(spare))
        return verdict is True

    return check


def prohibitions(conditions: Iterable[Condition]) -> Iterable[Check]:
    """Give what checks that nothing is there that a rule is not for."""
    absent = [condition.field for condition in conditions if condition.absent]
    if absent:
        yield none_present(frozenset(absent))
    for condition in conditions:
        if condition.none_of or condition.no_prefix:
            yield never(condition)


def never(condition: Condition) -> Check:
    """Return what checks that a field is none of some, and starts with none of some."""
    in_details, name = condition.field
    clean, spare = cleaner(condition.field), SPARE.get(condition.field, "")
    banned = lowered(condition.none_of, clean)
    prefixes = tuple(prefix.lower() for prefix in condition.no_prefix)
    longest = max(map(len, [*banned, *prefixes]))

    def check(event: Fields, details: Fields) -> bool:
        text = clean((details if in_details else event).get(name))
        if text is None and spare:
            text = clean(details.get(spare))
        text = (text or "")[: longest + 1].lower()
        return text not in banned and not text.startswith(prefixes)

    return check


def none_present(fields: frozenset[Path]) -> Check:
    """Return what checks that several fields are absent; most events have none of the names."""
    inner = frozenset(where.name for where in fields if where.in_details)
    outer = tuple(where.name for where in fields if not where.in_details)

    def check(event: Fields, details: Fields) -> bool:
        if details.keys().isdisjoint(inner) and not outer:
            return True
        return not (
            any(is_present(details.get(name)) for name in inner)
            or any(is_present(event.get(name)) for name in outer)
        )

    return check


def lowered(values: Iterable[str], clean: Cleaner) -> frozenset[str]:
    """Return values as a field's are compared; a word for no value stands for none."""
    return frozenset((clean(value) or "").lower() for value in values)
