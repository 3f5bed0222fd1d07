"""Rules made ready for use: event -> links.

1. What costs nothing is asked first: most rules do not concern most events, and say so after one
   look into `details`.
2. An identity field is read once: links take it from what the event states.
3. Events are dictionaries here, and not just mappings, and what is asked for every event is a class
   and not a named tuple: where this module is compiled, both are looked into without a call.
"""

from __future__ import annotations

from typing import Final, final

from mqworker.core.correlation.conditions import Check, Field, Fields, OneOf, prohibitions
from mqworker.core.correlation.rules import Path, Rule

SEPARATOR: Final = "\x1f"
"""Between the parts of a link: the ASCII unit separator, which no identifier holds. A value that
does could be made to equal the values of another link, so that it makes none."""

LONGEST: Final = 2048
"""Characters of a link; a value may be as long as a message, and this is remembered."""

Stated = tuple[str | None, ...]
"""The identity fields' values, in the order of `Rules.identity`; None where not stated."""


@final
class Part:
    """A field that is a part of a link.

    position: its place in what is stated, -1 when it is no identity field.
    """

    __slots__ = ("field", "position")

    def __init__(self, where: Path, identity: tuple[Path, ...]) -> None:
        self.position = identity.index(where) if where in identity else -1
        self.field = Field(where)

    def read(self, event: Fields, details: Fields, stated: Stated) -> str | None:
        """Return the field's text; None when it says nothing."""
        if self.position >= 0:
            return stated[self.position]
        return self.field.text(event, details)


@final
class Linker:
    """What makes one rule's links; `gate` is a name that has to be in `details`, if any has."""

    __slots__ = ("first", "gate", "last", "parts", "prefix", "scope", "scope_below")

    def __init__(self, rule: Rule, identity: tuple[Path, ...]) -> None:
        gates = [where.name for where in rule.fields if where.in_details]
        self.gate = gates[0] if gates else None
        self.prefix = rule.name + SEPARATOR
        self.parts = [Part(where, identity) for where in rule.fields]
        self.scope = [Part(where, identity) for where in rule.scope]
        self.scope_below = rule.scope_below
        self.first: list[Check] = [
            OneOf(condition) for condition in rule.conditions if condition.any_of
        ]
        self.last = prohibitions(rule.conditions)

    def link(self, event: Fields, details: Fields, stated: Stated) -> str | None:
        """Return the link that the rule makes of an event; None when it makes none."""
        if self.gate is not None and self.gate not in details:
            return None
        for check in self.first:
            if not check.holds(event, details):
                return None
        found = texts(self.parts, event, details, stated)
        if found and self.is_scoped(found[0]):
            within = texts(self.scope, event, details, stated)
            found = within and found + within
        if not found:
            return None
        for check in self.last:
            if not check.holds(event, details):
                return None
        return joined(self.prefix, found)

    def is_scoped(self, text: str) -> bool:
        """Tell whether a link with this first value holds within its scope only."""
        if not self.scope:
            return False
        return self.scope_below is None or len(text) < self.scope_below


def joined(prefix: str, found: list[str]) -> str | None:
    """Return a link of values, None where they are too long or could be those of another link."""
    for value in found:
        if SEPARATOR in value:
            return None
    values = found[0] if len(found) == 1 else SEPARATOR.join(found)
    return prefix + values if len(values) <= LONGEST else None


def texts(parts: list[Part], event: Fields, details: Fields, stated: Stated) -> list[str] | None:
    """Return the values of several fields, None when one of them is missing."""
    found: list[str] = []
    for part in parts:
        text = part.read(event, details, stated)
        if text is None:
            return None
        found.append(text)
    return found
