"""A stored document -> what it says of its activity: stated, filled in, and linked with others.

1. What was filled in is told apart from what the sender stated, and makes no link.
2. A document is what a stranger wrote, perhaps not through this worker: whatever is missing in it,
   or of another type than expected, is left out; nothing raises.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from mqworker.core.clause import Hit, found_in, text_of, time_of
from mqworker.core.correlation.answer import Ambiguous, Answer, Fill, Finding, Hot
from mqworker.core.correlation.fill import emptied
from mqworker.core.correlation.linking import SEPARATOR
from mqworker.core.correlation.rules import Path, Rules
from mqworker.core.correlation.sighting import Sighter, rule_name
from mqworker.core.correlation.values import canonical, canonical_program

EVENT_ID = "details.eventid"
"""Where senders put an ID of their own."""

CANDIDATES = "correlation.ambiguous.candidates"


class Link(NamedTuple):
    """Something that a document shares with others of its activity.

    key: the same for all that share it. rule: what made it. fields: what it is made of.
    """

    key: str
    rule: str
    fields: Mapping[str, str]


class Testimony(NamedTuple):
    """What one document says.

    index_name, id: its place.
    time: when it happened (aware), None when that can't be read.
    lane: the program and the host that it comes from.
    values: by name, every text that a search for the activity's value looks at.
    stated: identity fields that its sender stated, by name.
    findings: what correlation said of the others, by name.
    links: in the order of their rules' names.
    raw: the texts that the links are made of as they are stored, by field.
    """

    index_name: str
    id: str
    time: datetime | None
    lane: str
    summary: str
    values: Mapping[str, frozenset[str]]
    stated: Mapping[str, str]
    findings: tuple[tuple[str, Finding], ...]
    links: tuple[Link, ...]
    raw: Mapping[str, str]

    @property
    def place(self) -> tuple[str, str]:
        """What names it among all documents."""
        return self.index_name, self.id

    @property
    def fills(self) -> Iterator[tuple[str, Fill]]:
        """What was filled in, by the field's name."""
        return ((name, found) for name, found in self.findings if isinstance(found, Fill))


class Witness:
    """Reads documents, by the rules that they were correlated with."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.names = rules.names
        self.sighter = Sighter(rules)

    def read(self, hit: Hit) -> Testimony:
        """Return what a document says."""
        source = with_details(hit["_source"])
        event, answer = self.emptied(source)
        stated = self.sighter.stated(event)
        searched = (*self.names, "_id", EVENT_ID, CANDIDATES)
        links = [self.link(key) for key in self.sighter.links(event, stated)]
        found = tuple(link for link in links if link)
        return Testimony(
            str(hit["_index"]),
            str(hit["_id"]),
            time_of(source),
            lane_of(source),
            text_of(source.get("summary")) or "",
            {name: frozenset(found_in(hit, name)) for name in searched},
            {name: value for name, value in zip(self.names, stated, strict=True) if value},
            tuple(
                (self.names[position], answer[position])
                for position in sorted(answer)
                if is_sound(answer[position])
            ),
            found,
            {name: raw_text(event, name) for link in found for name in link.fields},
        )

    def emptied(self, source: dict[str, Any]) -> tuple[dict[str, Any], Answer]:
        """Return a document as its sender stated it, and what it was given."""
        try:
            return emptied(source, self.rules)
        except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
            return source, {}

    def link(self, key: str) -> Link | None:
        """Return a link with the fields that it is made of; None when they can't be told apart."""
        rule = self.rules.rules[rule_name(key)]
        parts = key.split(SEPARATOR)[1:]
        paths: tuple[Path, ...] = rule.fields
        if len(parts) > len(paths):
            paths += rule.scope
        if len(parts) != len(paths):
            return None
        names = [str(where) for where in paths]
        return Link(key, rule.name, dict(zip(names, parts, strict=True)))


def with_details(source: Any) -> dict[str, Any]:
    """Return a document's source with an object as its `details`, whatever it had."""
    event = dict(source) if isinstance(source, Mapping) else {}
    if not isinstance(event.get("details"), dict):
        event["details"] = {}
    return event


def raw_text(event: Mapping[str, Any], name: str) -> str:
    """Return the text of a field that a link is made of, as it is stored."""
    outer, _, inner = name.partition(".")
    value = event["details"].get(inner) if inner else event.get(outer)
    return text_of(value) or ""


def lane_of(source: Mapping[str, Any]) -> str:
    """Return the program and the host that a document comes from, as far as it says."""
    program, host = canonical_program(source.get("processname")), canonical(source.get("hostname"))
    return "@".join(part for part in (program, host) if part) or "unnamed"


def is_sound(finding: Finding) -> bool:
    """Tell whether a finding that was read holds what a finding holds."""
    match finding:
        case Fill(str(), str(), str(), int(), int()) | Hot(str(), int()):
            return True
        case Ambiguous(candidates, int()):
            return all(isinstance(candidate, str) for candidate in candidates)
    return False
