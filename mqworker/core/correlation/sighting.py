"""Event -> sighting: what correlation remembers of an event.

Values are compared canonically: text, trimmed; what says that there is no value is none; IP
addresses in their canonical form; a number is text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from mqworker.core.addresses import read_address
from mqworker.core.correlation.rules import Condition, Path, Rule, Rules
from mqworker.core.deadletter import first_received
from mqworker.core.message import Delivery, Document, Event
from mqworker.core.pipeline import stamp_of

NO_VALUE = frozenset({"", "-", "unknown", "null"})
"""In lower case; what shippers and the defaults of the canonical event write for "no value"."""

SEPARATOR = "\x1f"
"""Between the parts of a link: the ASCII unit separator, which no identifier holds."""

Stated = tuple[str | None, ...]
"""The identity fields' values, in the order of `Rules.identity`; None where not stated."""


class Sighting(NamedTuple):
    """What is remembered of one event.

    id, index: of its document.
    at: its time, milliseconds since 1970.
    floating: the time is that of receipt, so that of the first sighting counts.
    links: what it shares with other events, each with its rule's name before it.
    stated: what it says of its identity.
    """

    id: str
    index_name: str
    at: int
    floating: bool
    links: tuple[str, ...]
    stated: Stated


def canonical(value: object) -> str | None:
    """Return a value as it is compared, None when it says nothing."""
    if type(value) is str:
        text = value.strip()
        return None if text.lower() in NO_VALUE else text
    if type(value) is int:
        return str(value)
    return None


Reader = Callable[[Mapping[str, Any], Mapping[str, Any]], str | None]
"""Reads a value out of an event and its details."""


def reader(where: Path) -> Reader:
    """Return what reads one field canonically."""
    name = where.name
    clean = canonical_address if name.endswith("ipaddress") else canonical
    if where.in_details:
        return lambda _, details: clean(details.get(name))
    return lambda event, _: clean(event.get(name))


def canonical_address(value: object) -> str | None:
    """Return an IP address in canonical form; other text as it is."""
    address = read_address(value)
    return canonical(value) if address is None else address.ip


def holds(condition: Condition) -> Callable[[Mapping[str, Any], Mapping[str, Any]], bool]:
    """Return what checks a condition."""
    read = reader(condition.field)

    def check(event: Mapping[str, Any], details: Mapping[str, Any]) -> bool:
        text = (read(event, details) or "").lower()
        return (
            (not condition.any_of or text in condition.any_of)
            and text not in condition.none_of
            and not text.startswith(condition.no_prefix or "\0")
        )

    return check


def linker(rule: Rule) -> Reader:
    """Return what reads a rule's link out of an event."""
    reads = tuple(reader(where) for where in rule.fields)
    scope = tuple(reader(where) for where in rule.scope)
    checks = tuple(holds(condition) for condition in rule.conditions)
    prefix, below = rule.name + SEPARATOR, rule.scope_below

    def link(event: Mapping[str, Any], details: Mapping[str, Any]) -> str | None:
        parts = texts(reads, event, details)
        if parts and scope and (below is None or len(parts[0]) < below):
            within = texts(scope, event, details)
            parts = within and parts + within
        if not parts or not all(check(event, details) for check in checks):
            return None
        return prefix + SEPARATOR.join(parts)

    return link


def texts(
    reads: tuple[Reader, ...], event: Mapping[str, Any], details: Mapping[str, Any]
) -> list[str] | None:
    """Return the values of several fields, None when one of them is missing."""
    parts: list[str] = []
    for read in reads:
        if (part := read(event, details)) is None:
            return None
        parts.append(part)
    return parts


class Sighter:
    """Reads links and stated values by compiled rules."""

    def __init__(self, rules: Rules) -> None:
        self.linkers = tuple(linker(rules.rules[name]) for name in sorted(rules.rules))
        self.readers = tuple(reader(where) for where in rules.identity)

    def see(self, event: Event, document: Document, delivery: Delivery) -> Sighting | None:
        """Return what is to be remembered of an event; None when nothing can link it.

        Its time is its own, else the stamp of its message, else that of receipt.
        """
        links = self.links(event.fields)
        if not links:
            return None
        when = event.occurred or stamp_of(delivery)
        at = round((when or first_received(delivery)).timestamp() * 1000)
        stated = self.stated(event.fields)
        return Sighting(event.id, document.index_name, at, when is None, links, stated)

    def links(self, event: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the event's links, in the order of their names."""
        details = event["details"]
        found = [link(event, details) for link in self.linkers]
        return tuple([link for link in found if link is not None])

    def stated(self, event: Mapping[str, Any]) -> Stated:
        """Return what the event says of its identity."""
        details = event["details"]
        return tuple([read(event, details) for read in self.readers])


def rule_name(link: str) -> str:
    """Return the name of the rule that made a link."""
    return link[: link.index(SEPARATOR)]
