"""Choosing one value among the synonyms that a sender wrote.

1. A value beats an empty string, and that beats null or nothing.
2. What does not become the field's value, and says something else, is spared for `details`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mqworker.core.synonyms import ADDITIONAL, RANK

Offers = dict[str, list[str]]
"""For each field the names under which an event offers a value for it, best first."""

Spared = list[tuple[str, Any]]
"""Names and values that have to be kept in `details`."""


def sort_out(
    found: Mapping[str, Any], field_of: Mapping[str, str]
) -> tuple[Offers, dict[str, Any]]:
    """Split an event's values into offers for fields and the rest."""
    offers: Offers = {}
    rest: dict[str, Any] = {}
    contested = False
    for name, value in found.items():
        field = field_of.get(name)
        if field is None:
            rest[name] = value
        elif field in offers:
            offers[field].append(name)
            contested = True
        else:
            offers[field] = [name]
    if contested:
        for names in offers.values():
            names.sort(key=RANK.__getitem__)
    return offers, rest


def text_of(value: Any) -> str | None:
    """Return a JSON value as text; None for null and for what is no single value.

    An array of one element is that element: beaver writes added fields so.
    """
    if type(value) is str:
        return value
    if type(value) is list and len(value) == 1:
        value = value[0]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    return None


def choose_text(found: Mapping[str, Any], names: list[str], spared: Spared) -> str | None:
    """Return the best of the values that are offered for a field, as text.

    Args:
        found: the event's values by folded name.
        names: those that offer one, best first.
        spared: takes the others, and what is no text.
    """
    best: str | None = None
    for name in names:
        value = found[name]
        text = text_of(value)
        if text is None:
            if value is not None:
                spared.append((name, value))
        elif not best:
            best = text
            if text and name in ADDITIONAL:
                spared.append((name, value))
        elif text and (text != best or name in ADDITIONAL):
            spared.append((name, value))
    return best
