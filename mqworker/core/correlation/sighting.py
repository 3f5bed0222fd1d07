"""Event -> sighting: what correlation remembers of an event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from mqworker.core.addresses import V4_OF
from mqworker.core.correlation.linking import LONGEST, SEPARATOR, Stated, linker
from mqworker.core.correlation.rules import Path, Rules
from mqworker.core.correlation.values import cleaner
from mqworker.core.deadletter import first_received
from mqworker.core.message import Delivery, Document, Event
from mqworker.core.pipeline import stamp_of

__all__ = ["SEPARATOR", "Sighter", "Sighting", "Stated", "rule_name"]


TWINS = {Path(True, name): twin for name, twin in V4_OF.items()}
"""An IPv4 address that `clean_addresses` has found canonical stands, as one object, under both."""


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


class Sighter:
    """Reads links and stated values by compiled rules."""

    def __init__(self, rules: Rules) -> None:
        self.linkers = tuple(
            linker(rules.rules[name], rules.identity) for name in sorted(rules.rules)
        )
        self.readers = tuple(
            (where.in_details, where.name, cleaner(where), TWINS.get(where, ""))
            for where in rules.identity
        )

    def see(self, event: Event, document: Document, delivery: Delivery) -> Sighting | None:
        """Return what is to be remembered of an event; None when nothing can link it.

        Its time is its own, else the stamp of its message, else that of receipt. An event that
        states a value that is too long takes no part.
        """
        stated = self.stated(event.fields)
        links = self.links(event.fields, stated)
        if not links:
            return None
        for value in stated:
            if value is not None and len(value) > LONGEST:
                return None
        when = event.occurred or stamp_of(delivery)
        at = round((when or first_received(delivery)).timestamp() * 1000)
        sighting = (event.id, document.index_name, at, when is None, links, stated)
        return tuple.__new__(Sighting, sighting)

    def links(self, event: Mapping[str, Any], stated: Stated) -> tuple[str, ...]:
        """Return the links of an event that states this, in the order of their rules' names."""
        details = event["details"]
        found = []
        for gate, link in self.linkers:
            if (gate is None or gate in details) and (made := link(event, details, stated)):
                found.append(made)
        return tuple(found)

    def stated(self, event: Mapping[str, Any]) -> Stated:
        """Return what the event says of its identity."""
        details = event["details"]
        stated: list[str | None] = []
        for in_details, name, clean, twin in self.readers:
            value = (details if in_details else event).get(name)
            is_clean = twin and value is not None and details.get(twin) is value
            stated.append(value if is_clean else clean(value))
        return tuple(stated)


def rule_name(link: str) -> str:
    """Return the name of the rule that made a link."""
    return link[: link.find(SEPARATOR)]
