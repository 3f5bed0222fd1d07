"""What the embedded stores read out of a document: its fields, its time, and its words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from mqworker.core.message import Outcome

UNSEARCHED = frozenset({"timestamp", "utctimestamp", "receivedtimestamp", "mozdefhostname"})
"""Fields whose words would be in every document, or are found by nobody."""

LONGEST = 100_000_000
"""Bytes; more is refused, as Elasticsearch does unless it is told otherwise."""


def fields_of(source: bytes) -> dict[str, Any] | Outcome:
    """Return the fields of a document, or the outcome `refused` for what is no JSON object."""
    if len(source) > LONGEST:
        return Outcome("refused", f"the document has {len(source)} bytes, {LONGEST} are allowed")
    try:
        fields = orjson.loads(source)
    except orjson.JSONDecodeError as error:
        return Outcome("refused", f"the document is not JSON: {error}")
    if not isinstance(fields, dict):
        return Outcome("refused", "the document is not a JSON object")
    return fields


def occurred(fields: dict[str, Any], now: datetime) -> datetime:
    """Return the time by which documents are ordered: their own, or else `now` (aware)."""
    try:
        time = datetime.fromisoformat(fields["utctimestamp"])
    except (KeyError, TypeError, ValueError):
        return now
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def text_of(fields: dict[str, Any]) -> str:
    """Return all that can be searched for: every string and number, however deep."""
    words: list[str] = []
    values: list[Any] = [value for key, value in fields.items() if key not in UNSEARCHED]
    # A loop, because a document may be nested more deeply than Python may recurse.
    while values:
        value = values.pop()
        if isinstance(value, str):
            words.append(value)
        elif isinstance(value, dict):
            values.extend(value.values())
        elif isinstance(value, list):
            values.extend(value)
        elif value is not None and not isinstance(value, bool):
            words.append(str(value))
    return "\n".join(words)
