"""Which documents are looked for, by exact values; and whether a document is one of them.

Elasticsearch answers such questions itself; what is here is how the embedded stores answer them,
so that all of them find the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from mqworker.core.addresses import read_address

Hit = Mapping[str, Any]
"""A stored document as a store hands it over: `{"_index": …, "_id": …, "_source": {…}}`."""

ID = "_id"
"""The name under which a clause asks for the document's ID."""

ADDRESS_FIELDS = frozenset({"details.sourceipaddress", "details.destinationipaddress"})
"""Compared as addresses, whatever their notation; only an address is ever found there."""


class Clause(NamedTuple):
    """What a document has to hold: for each field one of its values, at a time in the span.

    fields: by name, as in `details.sessionid` or `_id`; values are text, a number is compared as
        text, and of an array one element is enough.
    since, until: bounds of the document's `utctimestamp` (aware), themselves included; None: open.
    """

    fields: Mapping[str, Sequence[str]]
    since: datetime | None = None
    until: datetime | None = None


def holds(clause: Clause, hit: Hit) -> bool:
    """Tell whether a document is one that the clause asks for."""
    return in_span(clause, hit["_source"]) and all(
        not canonical(name, wanted).isdisjoint(canonical(name, found_in(hit, name)))
        for name, wanted in clause.fields.items()
    )


def in_span(clause: Clause, source: Mapping[str, Any]) -> bool:
    """Tell whether a document's time is within the clause's span."""
    if clause.since is None and clause.until is None:
        return True
    at = time_of(source)
    return (
        at is not None
        and (clause.since is None or clause.since <= at)
        and (clause.until is None or at <= clause.until)
    )


def time_of(source: Mapping[str, Any]) -> datetime | None:
    """Return the `utctimestamp` of a document (aware), None when it has none that can be read."""
    try:
        time = datetime.fromisoformat(source["utctimestamp"])
    except (KeyError, TypeError, ValueError):
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def canonical(name: str, texts: Sequence[str]) -> set[str]:
    """Return a field's values as they are compared."""
    if name not in ADDRESS_FIELDS:
        return set(texts)
    return {address.ip for text in texts if (address := read_address(text)) and address.exact}


def found_in(hit: Hit, name: str) -> list[str]:
    """Return the texts that a document holds under a name."""
    if name == ID:
        return [hit["_id"]]
    texts = map(text_of, values_at(hit["_source"], name))
    return [text for text in texts if text is not None]


def values_at(value: Any, name: str) -> Iterator[Any]:
    """Give the values under a dotted name; arrays on the way and at its end are looked through.

    A key may itself be dotted, as `{"details": {"a.b": 1}}` has `details.a.b`.
    """
    # A loop, because a document may be nested more deeply than Python may recurse.
    pending = [(value, name)]
    while pending:
        value, name = pending.pop()
        if isinstance(value, list):
            pending.extend((item, name) for item in value)
        elif not name:
            yield value
        elif isinstance(value, dict):
            parts = name.split(".")
            heads = [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
            pending.extend((value[key], name[len(key) + 1 :]) for key in heads if key in value)


def text_of(value: Any) -> str | None:
    """Return a value as it is compared; None for what is no single value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (str, int, float)) else None
