"""Event -> sighting: what correlation remembers of an event."""

from __future__ import annotations

from typing import Final, final

from mqworker.core.addresses import V4_OF
from mqworker.core.correlation.conditions import Fields
from mqworker.core.correlation.linking import LONGEST, SEPARATOR, Linker, Stated
from mqworker.core.correlation.rules import Path, Rules
from mqworker.core.correlation.values import cleaner
from mqworker.core.deadletter import first_received
from mqworker.core.message import Delivery, Document, Event
from mqworker.core.pipeline import stamp_of

__all__ = ["SEPARATOR", "Sighter", "Sighting", "Stated", "rule_name"]


TWINS: Final = {Path(True, name): twin for name, twin in V4_OF.items()}
"""An IPv4 address that `clean_addresses` has found canonical stands, as one object, under both."""


@final
class Sighting:
    """What is remembered of one event; nobody changes it.

    A class and not a named tuple, since everything in correlation looks into it: where it is
    compiled, that takes no call.

    id, index_name: of its document.
    at: its time, milliseconds since 1970.
    floating: the time is that of receipt, so that of the first sighting counts.
    links: what it shares with other events, each with its rule's name before it.
    stated: what it says of its identity.
    """

    __slots__ = ("at", "floating", "id", "index_name", "links", "stated")

    def __init__(
        self,
        name: str,
        index_name: str,
        at: int,
        floating: bool,
        links: tuple[str, ...],
        stated: Stated,
    ) -> None:
        self.id = name
        self.index_name = index_name
        self.at = at
        self.floating = floating
        self.links = links
        self.stated = stated

    def moved(self, at: int) -> Sighting:
        """Return the same with another time."""
        return Sighting(self.id, self.index_name, at, self.floating, self.links, self.stated)

    def __repr__(self) -> str:
        return f"Sighting{self._all()}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sighting) and self._all() == other._all()

    def __hash__(self) -> int:
        return hash(self._all())

    def _all(self) -> tuple[object, ...]:
        return (self.id, self.index_name, self.at, self.floating, self.links, self.stated)


@final
class Reader:
    """Reads an identity field."""

    __slots__ = ("clean", "in_details", "name", "twin")

    def __init__(self, where: Path) -> None:
        self.in_details = where.in_details
        self.name = where.name
        self.clean = cleaner(where)
        self.twin = TWINS.get(where, "")

    def read(self, event: Fields, details: Fields) -> str | None:
        """Return what an event states there; None when it says nothing."""
        value = (details if self.in_details else event).get(self.name)
        if value is None:
            return None
        if self.twin and details.get(self.twin) is value:
            return str(value)
        return self.clean(value)


class Sighter:
    """Reads links and stated values by compiled rules."""

    def __init__(self, rules: Rules) -> None:
        self.linkers = [Linker(rules.rules[name], rules.identity) for name in sorted(rules.rules)]
        self.readers = [Reader(where) for where in rules.identity]

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
        return Sighting(event.id, document.index_name, at, when is None, links, stated)

    def links(self, event: Fields, stated: Stated) -> tuple[str, ...]:
        """Return the links of an event that states this, in the order of their rules' names."""
        details = event["details"]
        return tuple(
            [made for linker in self.linkers if (made := linker.link(event, details, stated))]
        )

    def stated(self, event: Fields) -> Stated:
        """Return what the event says of its identity."""
        details = event["details"]
        return tuple([reader.read(event, details) for reader in self.readers])


def rule_name(link: str) -> str:
    """Return the name of the rule that made a link."""
    return link[: link.find(SEPARATOR)]
