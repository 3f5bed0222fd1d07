"""What explains a refusal: jsonschema's validator, within bounds of time.

jsonschema reads patterns with Python's `re`, which backtracks: a pattern such as `^(a+)+$` of an
operator's schema and thirty characters of a sender would stop the worker for ever. And it looks at
each of the five million tags that fit into a message.

1. A pattern is tried by jsonschema-rs, which decided with it before.
2. Of a list only the first items are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

MOST_ITEMS = 10_000
"""Items of a list that are looked at."""

Errors = Iterator[ValidationError]
Keyword = Callable[[Any, Any, Any, Mapping[str, Any]], Errors]

SHIPPED: Mapping[str, Keyword] = Draft202012Validator.VALIDATORS


@lru_cache(maxsize=1024)
def reader(pattern: str) -> Callable[[Any], bool]:
    """Return what tells whether a text has a place that fits a pattern."""
    return jsonschema_rs.Draft202012Validator({"pattern": pattern}).is_valid


def pattern(validator: Any, asked: str, instance: Any, _schema: Mapping[str, Any]) -> Errors:
    """Judge `pattern`."""
    if validator.is_type(instance, "string") and not reader(asked)(instance):
        yield ValidationError(f"{instance!r} does not match {asked!r}")


def pattern_properties(
    validator: Any, asked: Mapping[str, Any], instance: Any, _schema: Mapping[str, Any]
) -> Errors:
    """Judge `patternProperties`."""
    if validator.is_type(instance, "object"):
        for each, subschema in asked.items():
            for name, value in instance.items():
                if reader(each)(name):
                    yield from validator.descend(value, subschema, path=name, schema_path=each)


def additional_properties(
    validator: Any, asked: Any, instance: Any, schema: Mapping[str, Any]
) -> Errors:
    """Judge `additionalProperties`, of what no pattern fits."""
    patterns = schema.get("patternProperties")
    if patterns and validator.is_type(instance, "object"):
        fits = [reader(each) for each in patterns]
        instance = {
            name: value for name, value in instance.items() if not any(fit(name) for fit in fits)
        }
        schema = {key: value for key, value in schema.items() if key != "patternProperties"}
    yield from SHIPPED["additionalProperties"](validator, asked, instance, schema)


def items(validator: Any, asked: Any, instance: Any, schema: Mapping[str, Any]) -> Errors:
    """Judge `items`, of the first ones."""
    if isinstance(instance, list) and len(instance) > MOST_ITEMS:
        instance = instance[:MOST_ITEMS]
    yield from SHIPPED["items"](validator, asked, instance, schema)


Explainer = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {
        "additionalProperties": additional_properties,
        "items": items,
        "pattern": pattern,
        "patternProperties": pattern_properties,
    },
)
"""The class of what explains."""
