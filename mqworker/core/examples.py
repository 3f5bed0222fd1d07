"""The examples inside schemas: what they promise is tried.

A schema's `examples` are whole canonical events. Each entry of its `x-invalid-examples` is a
`change` (JSON Merge Patch, RFC 7396) of the first of them, with the `pointer` and `keyword` of the
refusal that it must meet and, for people, `why`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mqworker.core.errors import Refused
from mqworker.core.schemas import Schemas
from mqworker.core.validate import Schema

INVALID_EXAMPLES = "x-invalid-examples"
PARTS = {"why": str, "change": dict, "pointer": str, "keyword": str}
"""What an invalid example consists of."""


def check_examples(schemas: Schemas) -> list[str]:
    """Return one sentence for each example that does not do what its schema says; [] if all do."""
    return [complaint for schema in schemas for complaint in complaints(schema, schemas)]


def complaints(schema: Schema, schemas: Schemas) -> Iterator[str]:
    """Say what is wrong with the examples of a schema."""
    for index, event in enumerate(schema.document.get("examples", [])):
        where = f"schema {schema.name}: /examples/{index}"
        if not isinstance(event, Mapping):
            yield f"{where}: an example is a whole event"
            continue
        yield from (f"{where}: {told}" for told in judge_valid(event, schema, schemas))
    invalid = schema.document.get(INVALID_EXAMPLES, [])
    if not isinstance(invalid, list):
        yield f"schema {schema.name}: /{INVALID_EXAMPLES}: must be a list"
        return
    for index, example in enumerate(invalid):
        for told in judge_invalid(example, schema, schemas):
            yield f"schema {schema.name}: /{INVALID_EXAMPLES}/{index}: {told}"


def judge_valid(event: Mapping[str, Any], schema: Schema, schemas: Schemas) -> Iterator[str]:
    """Say what is wrong with an example that must be accepted."""
    try:
        name = schemas.validate(event)
    except Refused as refused:
        yield f"refused: {refused.refusal.reason}"
    else:
        if name != schema.name:
            yield f"its category selects schema {name}"


def judge_invalid(example: Any, schema: Schema, schemas: Schemas) -> Iterator[str]:
    """Say what is wrong with an example that must be refused as it states."""
    if not is_complete(example):
        yield f"must be an object of {', '.join(PARTS)}"
        return
    event = invalid_event(schema, example)
    try:
        name = schemas.validate(event)
    except Refused as refused:
        got = refused.refusal
        stated = (schema.name, example["pointer"], example["keyword"])
        if (got.schema, got.pointer, got.keyword) != stated:
            yield (
                f"refused by {got.keyword} of schema {got.schema} at {got.pointer!r}, not by "
                f"{example['keyword']} at {example['pointer']!r}: {got.reason}"
            )
    else:
        yield f"accepted by schema {name}"


def is_complete(example: Any) -> bool:
    """Return whether an invalid example has all its parts, of the right types."""
    return isinstance(example, Mapping) and all(
        isinstance(example.get(part), kind) for part, kind in PARTS.items()
    )


def invalid_event(schema: Schema, example: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event that an invalid example stands for."""
    first: Any = next(iter(schema.document.get("examples", [])), {})
    return dict(merge_patch(first, example["change"]))


def merge_patch(target: Any, patch: Any) -> Any:
    """Return the target changed by a JSON Merge Patch (RFC 7396, section 2)."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged
