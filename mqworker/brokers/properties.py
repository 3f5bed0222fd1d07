"""AMQP properties as the embedded broker keeps them: JSON, and nothing gets lost on the way.

A header may hold what JSON can't say. That becomes an object of one key that begins with "$"::

    bytes              {"$bytes": "base64"}
    datetime           {"$time": "ISO 8601"}
    Decimal            {"$decimal": "1.50"}
    NaN, infinities    {"$float": "nan"}
    a table with a key that begins with "$"      {"$table": {…}}
"""

from __future__ import annotations

import math
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson

from mqworker.core.message import PlainProperties, Properties

NAMES = tuple(field.name for field in fields(PlainProperties))


def encode(properties: Properties) -> bytes | None:
    """Return the properties that are set as JSON, None if none is.

    Raises:
        TypeError: a header holds what AMQP has no type for.
    """
    values = {
        name: value for name in NAMES if (value := getattr(properties, name, None)) is not None
    }
    if "headers" in values:
        values["headers"] = tagged(values["headers"])
    return orjson.dumps(values) if values else None


def decode(text: bytes | None) -> PlainProperties:
    """Return what was given to `encode`."""
    if text is None:
        return PlainProperties()
    values = orjson.loads(text)
    if b'"$' in text and "headers" in values:
        values["headers"] = untagged(values["headers"])
    return PlainProperties(**values)


def tagged(value: Any) -> Any:
    """Return `value` with what JSON can't say replaced."""
    if isinstance(value, Mapping):
        table = {key: tagged(item) for key, item in value.items()}
        return {"$table": table} if any(key.startswith("$") for key in table) else table
    if isinstance(value, list):
        return [tagged(item) for item in value]
    return tagged_scalar(value)


def tagged_scalar(value: Any) -> Any:
    """Return a value that is no table and no array with what JSON can't say replaced."""
    if isinstance(value, bytes | bytearray):
        return {"$bytes": b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"$time": value.isoformat()}
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": str(value)}
    return value


def untagged(value: Any) -> Any:
    """Undo `tagged`."""
    if isinstance(value, list):
        return [untagged(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((key, inner),) = value.items()
        if key in UNTAG:
            return UNTAG[key](inner)
    return untagged_table(value)


def untagged_table(table: dict[str, Any]) -> dict[str, Any]:
    """Undo `tagged` for each value of a table."""
    return {key: untagged(item) for key, item in table.items()}


UNTAG: dict[str, Callable[[Any], Any]] = {
    "$bytes": b64decode,
    "$time": datetime.fromisoformat,
    "$decimal": Decimal,
    "$float": float,
    "$table": untagged_table,
}
