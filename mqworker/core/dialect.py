"""The part of JSON Schema 2020-12 in which jsonschema and jsonschema-rs agree.

jsonschema-rs decides and jsonschema explains, so a schema may hold only what both judge alike.
Each difference below was found by trying both (jsonschema 4.26, jsonschema-rs 0.60); the
property tests look for more.

1. A keyword is let through because it is known to agree, not because nothing is known against it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from mqworker.core.patterns import find_difference as find_pattern_difference

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Path = tuple[str | int, ...]


class Difference(NamedTuple):
    """A place in a schema on which the two libraries may not agree, and why."""

    path: Path
    reason: str


SUBSCHEMA = frozenset(
    {
        "additionalProperties",
        "contains",
        "else",
        "if",
        "items",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    }
)
SUBSCHEMA_LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
SUBSCHEMA_MAPS = frozenset(
    {"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"}
)
NAMING = frozenset({"patternProperties", "prefixItems", "properties"})
"""Keywords whose subschemas judge a named part of the value."""

UNPLACED = 'jsonschema can\'t tell where the value is that it forbids; write {"not": {}}'

IN_PLACE = frozenset({"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"})
"""Keywords whose subschemas judge the same value as the schema that holds them."""

ASSERTIONS = frozenset(
    {"$ref", "const", "dependentRequired", "enum", "format", "pattern", "required", "type"}
    | {"exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum"}
    | {f"{bound}{what}" for bound in ("max", "min") for what in ("Items", "Length", "Properties")}
    | {"maxContains", "minContains"}
)
ANNOTATIONS = frozenset(
    {"$anchor", "$comment", "$id", "$schema", "default", "deprecated", "description", "examples"}
    | {"contentEncoding", "contentMediaType", "contentSchema", "readOnly", "title", "writeOnly"}
)
KEYWORDS = SUBSCHEMA | SUBSCHEMA_LISTS | SUBSCHEMA_MAPS | ASSERTIONS | ANNOTATIONS

DIFFERENT_KEYWORDS = {
    "$dynamicAnchor": "what it names depends on the way to it, which no check can follow",
    "$dynamicRef": "what it names depends on the way to it, which no check can follow",
    "$recursiveAnchor": "it belongs to another draft",
    "$recursiveRef": "it belongs to another draft",
    "$vocabulary": "only one of them knows vocabularies",
    "additionalItems": "it belongs to another draft; write prefixItems and items",
    "dependencies": "one of them still obeys it; write dependentRequired or dependentSchemas",
    "multipleOf": "they round decimals and large numbers differently (is 0.3 a multiple of 0.1?)",
    "uniqueItems": "they compare numbers beyond 2**63 differently",
}

SAME_FORMATS = frozenset({"ipv4", "ipv6"})
DIFFERENT_FORMATS = {
    "date": "the year 0000 exists in one of them",
    "date-time": (
        "leap seconds, the year 0000 and a final newline pass in one of them; "
        "event.json#/$defs/time is a time"
    ),
    "duration": "fractions and signs pass in one of them",
    "email": "one of them takes everything with an @",
    "hostname": "a final dot, a final newline and wrong punycode pass in one of them",
    "idn-email": "one of them takes everything with an @",
    "idn-hostname": "a final dot passes in one of them",
    "iri": "code points without a character pass in one of them",
    "iri-reference": "code points without a character pass in one of them",
    "regex": "they know different regular expressions",
    "relative-json-pointer": "digits of other scripts, and more than one, differ",
    "time": "leap seconds pass in one of them",
    "uri": "a final newline passes in one of them",
    "uri-reference": "a final newline passes in one of them",
    "uri-template": "a space passes in one of them",
    "uuid": "digits of other scripts and a blank pass in one of them",
}

EXACT = 2**53
"""Up to here every whole number is a floating-point number too."""


def find_differences(schema: Any, path: Path = ()) -> Iterator[Difference]:
    """Walk a schema and name each place on which the two libraries may not agree."""
    if not isinstance(schema, Mapping):
        return
    for keyword, value in schema.items():
        at = (*path, keyword)
        reason = judge(keyword, value) if keyword in KEYWORDS else judge_keyword(keyword)
        if keyword in {"$id", "$schema"} and path:
            reason = "it may stand at the top of a file only"
        if reason is not None:
            yield Difference(at, reason)
        yield from find_below(keyword, value, at)


def find_below(keyword: str, value: Any, at: Path) -> Iterator[Difference]:
    """Walk the subschemas that a keyword holds."""
    for path, subschema in subschemas(keyword, value, at):
        yield from find_differences(subschema, path)
        if subschema is False and keyword in NAMING:
            yield Difference(path, UNPLACED)
    if keyword == "patternProperties":
        for pattern in value:
            reason = find_pattern_difference(pattern)
            if reason is not None:
                yield Difference((*at, pattern), reason)


def subschemas(keyword: str, value: Any, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Give the schemas directly below a keyword, each with its path."""
    if keyword in SUBSCHEMA:
        yield at, value
    elif keyword in SUBSCHEMA_LISTS:
        yield from (((*at, index), below) for index, below in enumerate(value))
    elif keyword in SUBSCHEMA_MAPS:
        yield from (((*at, name), below) for name, below in value.items())


def judge_keyword(keyword: str) -> str | None:
    """Return what is wrong with a keyword that is not known to agree."""
    if keyword.startswith("x-"):
        return None
    known = DIFFERENT_KEYWORDS.get(keyword)
    if known is not None:
        return known
    near = difflib.get_close_matches(keyword, KEYWORDS, n=1)
    hint = f"did you mean {near[0]}?" if near else "an annotation of your own begins with x-"
    return f"no keyword of JSON Schema 2020-12: {hint}"


def judge(keyword: str, value: Any) -> str | None:
    """Return why a known keyword may not have this value."""
    judgement = JUDGEMENTS.get(keyword)
    return None if judgement is None else judgement(value)


def judge_format(name: str) -> str | None:
    """Return why a format is not taken."""
    if name in SAME_FORMATS:
        return None
    taken = " and ".join(sorted(SAME_FORMATS))
    reason = DIFFERENT_FORMATS.get(name, "neither knows this format")
    return f"{reason}; taken are {taken}, for others write a pattern"


def judge_dialect(name: str) -> str | None:
    """Return why a `$schema` is not taken."""
    return None if name.removesuffix("#") == DIALECT else f"only {DIALECT} is taken"


def judge_numbers(value: Any) -> str | None:
    """Return why a number, anywhere in the value, can't be compared alike."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        return next(filter(None, map(judge_numbers, value)), None)
    if isinstance(value, int | float) and not -EXACT <= value <= EXACT:
        return "numbers beyond 2**53 are compared differently"
    return None


JUDGEMENTS: dict[str, Callable[[Any], str | None]] = {
    "$schema": judge_dialect,
    "const": judge_numbers,
    "enum": judge_numbers,
    "exclusiveMaximum": judge_numbers,
    "exclusiveMinimum": judge_numbers,
    "format": judge_format,
    "maximum": judge_numbers,
    "minimum": judge_numbers,
    "pattern": find_pattern_difference,
}
