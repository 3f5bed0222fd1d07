"""Objects that are no event but hold events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mqworker.core.message import Record


def unwrapped(value: Record) -> list[Any] | None:
    """Return the events inside an object, None if it is an event itself."""
    if len(value) > MOST_KEYS:
        return None
    records, streams = value.get("records", ()), value.get("streams", ())
    if is_list_of(records, "value"):
        return [record["value"] for record in records]
    if is_list_of(streams, "values"):
        return [event for stream in streams for event in entries(stream)]
    return None


MOST_KEYS = 3
"""Kafka's REST form has key and value schemas beside the records."""


def is_list_of(value: Any, key: str) -> bool:
    """Tell whether this is a list of objects that all have this key; an empty one is none."""
    return (
        type(value) is list
        and len(value) > 0
        and all(type(item) is dict and key in item for item in value)
    )


def entries(stream: Record) -> Iterator[Any]:
    """Give the events of a Loki stream: each value is a time in nanoseconds and a line.

    https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs
    """
    labels = stream.get("stream")
    values = stream["values"]
    for value in values if type(values) is list else [values]:
        if type(value) is list and len(value) > 1 and type(labels) in (dict, type(None)):
            yield {**(labels or {}), "timestamp": nanoseconds(value[0]), "message": value[1]}
        else:
            yield value


def nanoseconds(text: Any) -> Any:
    """Return a number that is written as text as a number, anything else as it is."""
    return int(text) if type(text) is str and text.isascii() and text.isdigit() else text
