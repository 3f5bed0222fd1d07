"""What a schema asked for and an event did not give, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from jsonschema import ValidationError

from mqworker.core.display import printable, show

ARTICLES = {"array": "an", "integer": "an", "object": "an", "null": ""}


def named(kind: str) -> str:
    """Return a JSON type with its article."""
    return f"{ARTICLES.get(kind, 'a')} {kind}".strip()


EXPECTED: Mapping[str, Callable[[Any], str]] = {
    "const": show,
    "enum": lambda values: f"one of {', '.join(map(show, values))}",
    "exclusiveMaximum": lambda bound: f"less than {bound}",
    "exclusiveMinimum": lambda bound: f"more than {bound}",
    "format": str,
    "maxItems": lambda bound: f"a list of at most {bound}",
    "maxLength": lambda bound: f"at most {bound} characters long",
    "maxProperties": lambda bound: f"an object of at most {bound}",
    "maximum": lambda bound: f"at most {bound}",
    "minItems": lambda bound: f"a list of at least {bound}",
    "minLength": lambda bound: f"at least {bound} characters long",
    "minProperties": lambda bound: f"an object of at least {bound}",
    "minimum": lambda bound: f"at least {bound}",
    "not": lambda _: "something else",
    "pattern": lambda pattern: f"text like {pattern}",
    "required": lambda names: ", ".join(map(show, names)),
    "type": lambda types: " or ".join(map(named, [types] if isinstance(types, str) else types)),
}
"""What a keyword asks for, to be read after "must be" (`required`: after "lacks")."""

FORBIDDEN = "false"
"""Stands for a keyword where a schema is just `false`."""

TELLING = frozenset({"additionalProperties", "dependentRequired", "unevaluatedProperties"})
"""Keywords of which jsonschema's own message names the culprit."""

CRYPTIC = frozenset({"enum", "not", "pattern"})
"""Keywords whose demand says less to a person than the schema's own words."""

WHY = "x-why"
"""The annotation with which a schema tells in its own words what it asks for."""


def demand(error: ValidationError) -> tuple[str, str]:
    """Return the keyword that failed and what it asks for, in words.

    Alternatives that all failed by one keyword, as ipv4 and ipv6 by `format`, are told as that.
    """
    keyword, asked = str(error.validator or FORBIDDEN), cast("Any", error.validator_value)
    if keyword == "required":
        there: Any = error.instance
        return keyword, phrase(keyword, [name for name in asked if name not in there])
    alternatives = list(error.context or [])
    failed = {None if child.path else child.validator for child in alternatives}
    if len(failed) == 1 and None not in failed:
        keyword = str(failed.pop())
        phrases = [phrase(keyword, child.validator_value) for child in alternatives]
        return keyword, printable(" or ".join(dict.fromkeys(phrases)))
    return keyword, phrase(keyword, asked)


def phrase(keyword: str, asked: Any) -> str:
    """Return what a keyword with this value asks for."""
    return printable(EXPECTED.get(keyword, show)(asked))


def sentence(error: ValidationError, keyword: str, expected: str) -> str:
    """Return what is wrong as one sentence, in the schema's own words where it has some."""
    where = printable(".".join(map(str, error.absolute_path))) or "the event"
    if keyword in TELLING:
        told = f"{where}: {printable(error.message)}"
    else:
        told = f"{where} {complaint(keyword, show(error.instance), expected)}"
    why = error.schema.get(WHY) if isinstance(error.schema, Mapping) else None
    if not why:
        return told
    return f"{where} is {show(error.instance)}: {why}" if keyword in CRYPTIC else f"{told}: {why}"


def complaint(keyword: str, value: str, expected: str) -> str:
    """Return what is wrong, to be read after the place."""
    if keyword == "required":
        return f"lacks {expected}"
    if keyword in EXPECTED:
        return f"is {value}, but must be {expected}"
    if keyword == FORBIDDEN:
        return f"is {value}, but must not be there at all"
    return f"is {value}, which the schema does not allow ({keyword}: {expected})"
