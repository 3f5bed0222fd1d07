"""The schemas, one for every event type over one for everything else, and which applies.

1. Every event is judged by exactly one schema: the one that its category selects, else `event`.
2. Whatever can't be judged alike by jsonschema-rs, which decides, and jsonschema, which explains,
   is refused here, before the first event.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import jsonschema_rs
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from mqworker.core.dialect import Path, find_differences, judge_dialect
from mqworker.core.display import printable
from mqworker.core.errors import Misconfigured, Refused
from mqworker.core.explainer import Explainer
from mqworker.core.message import Refusal
from mqworker.core.pointer import pointer_to
from mqworker.core.references import Tracer
from mqworker.core.validate import Schema

BASE: Final = "event"
"""The name of the schema of every event that no other claims."""

CATEGORIES: Final = "x-categories"
"""The annotation with which a schema lists the categories that select it."""

HOME: Final = "https://schemas.invalid/"
"""Where the documents lie for each other: `{"$ref": "event.json"}` names a neighbour.

Nothing is ever fetched: the domain can't exist (RFC 6761).
"""

MOST_SPELLINGS: Final = 4096
"""How many spellings of categories are remembered."""

LONGEST_SPELLING: Final = 64


class BadSchema(Misconfigured):
    """A schema can't be used: which (`name`), where in it (`pointer`, RFC 6901), and why."""

    def __init__(self, name: str, path: Path, reason: str) -> None:
        self.name = name
        self.pointer = pointer_to(path)
        self.reason = reason
        super().__init__(f"schema {name}: {self.pointer or 'as a whole'}: {reason}")


class Schemas:
    """Schemas that were found fit for use, by category. Used by one thread only."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = dict(schemas)
        self._base = self._schemas[BASE]
        self._claims = {spelling: self._schemas[name] for spelling, name in claims(schemas)}
        self._spellings = dict(self._claims)

    def __iter__(self) -> Iterator[Schema]:
        return iter(self._schemas.values())

    def __getitem__(self, name: str) -> Schema:
        return self._schemas[name]

    def select(self, category: str) -> Schema:
        """Return the schema for a category, however it is spelled."""
        schema = self._spellings.get(category)
        return self._learn(category) if schema is None else schema

    def validate(self, fields: Mapping[str, Any]) -> str:
        """Return the name of the schema that a canonical event satisfies.

        Raises:
            Refused: it does not satisfy the schema that its category selects; the refusal tells
                what is most wrong with it.
        """
        schema = self._schema_of(fields)
        if schema.accepts(fields):
            return schema.name
        raise Refused(schema.refusal(fields))

    def errors(self, fields: Mapping[str, Any], limit: int = 10) -> list[Refusal]:
        """Return what is wrong with an event, at most `limit` things; [] if it is valid."""
        schema = self._schema_of(fields)
        return [] if schema.accepts(fields) else schema.refusals(fields, limit)

    def _schema_of(self, fields: Mapping[str, Any]) -> Schema:
        category = fields.get("category")
        return self.select(category) if isinstance(category, str) else self._base

    def _learn(self, category: str) -> Schema:
        schema = self._claims.get(fold(category), self._base)
        if len(category) <= LONGEST_SPELLING:
            if len(self._spellings) >= MOST_SPELLINGS:
                self._spellings = dict(self._claims)
            self._spellings[category] = schema
        return schema


def fold(category: str) -> str:
    """Return what all spellings of a category have in common.

    >>> fold("Password/Key Events") == fold("password_key") == "passwordkey"
    True
    """
    letters = "".join(filter(str.isalnum, category.casefold()))
    return letters.removesuffix("events").removesuffix("event")


def claims(schemas: Mapping[str, Schema]) -> Iterator[tuple[str, str]]:
    """Give each folded category with the name of the schema that claims it.

    Raises:
        BadSchema: two schemas claim the same category, or one claims no word at all.
    """
    taken: dict[str, str] = {}
    for name, schema in schemas.items():
        for index, category in enumerate((name, *schema.categories), -1):
            path: Path = () if index < 0 else (CATEGORIES, index)
            spelling = fold(category)
            if not spelling and name != BASE:
                raise BadSchema(name, path, f"{category!r} is no category: no letter is left of it")
            if taken.setdefault(spelling, name) != name:
                other = taken[spelling]
                raise BadSchema(name, path, f"schema {other} has the category {category!r} already")
            yield spelling, name


def compile_schemas(
    documents: Mapping[str, Mapping[str, Any]],
    library: Mapping[str, Mapping[str, Any]] | None = None,
) -> Schemas:
    """Check schemas and make them ready for use.

    A schema is selected by its own name and by the categories in its `x-categories`.

    Args:
        documents: JSON Schemas (draft 2020-12) by name; `event` must be there. They refer to each
            other as files of these names: `{"$ref": "event.json"}`. A `$id` is not used.
        library: more that can be referred to in the same way, but select nothing.

    Raises:
        BadSchema: one can't be used, or `event` is missing.
    """
    if BASE not in documents:
        raise BadSchema(BASE, (), "it is missing, and it is the schema of every other event")
    everything = {**(library or {}), **documents}
    registry = Registry[Any]().with_contents(
        ((address(name), without_id(document)) for name, document in everything.items()),
        default_specification=DRAFT202012,
    )
    tracer = Tracer()
    for name in sorted(documents, key=lambda name: name != BASE):
        check(name, registry, tracer)
    decider = jsonschema_rs.Registry(
        [(uri, dict(registry.contents(uri))) for uri in registry], draft=jsonschema_rs.Draft202012
    )
    return Schemas({name: build(name, registry, decider) for name in documents})


def address(name: str) -> str:
    """Return where a document lies for the others."""
    return f"{HOME}{name}.json"


def without_id(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the document as known by its file name alone."""
    return {keyword: value for keyword, value in document.items() if keyword != "$id"}


def check(name: str, registry: Registry[Any], tracer: Tracer) -> None:
    """Check that both libraries can use a schema, and will judge alike.

    Raises:
        BadSchema: they can't, or may not.
    """
    document = registry.contents(address(name))
    dialect = judge_dialect(str(document.get("$schema", "")))
    if "$schema" in document and dialect is not None:
        raise BadSchema(name, ("$schema",), dialect)
    metaschema = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    error = best_match(metaschema.iter_errors(document))
    if error is not None:
        raise BadSchema(name, tuple(error.absolute_path), printable(error.message))
    for difference in find_differences(document):
        raise BadSchema(name, difference.path, difference.reason)
    for difference in tracer.trace(document, registry.resolver(address(name))):
        raise BadSchema(name, difference.path, difference.reason)


def first_line(error: Exception) -> str:
    """Return what went wrong without the whole schema that jsonschema-rs quotes below it."""
    return printable(str(error).partition("\n")[0])


def build(name: str, registry: Registry[Any], decider: jsonschema_rs.Registry) -> Schema:
    """Build both validators of a schema that was checked.

    Raises:
        BadSchema: jsonschema-rs can't use it after all, or its categories are no list of texts.
    """
    document = registry.contents(address(name))
    categories = document.get(CATEGORIES, [])
    if not isinstance(categories, list) or not all(isinstance(word, str) for word in categories):
        raise BadSchema(name, (CATEGORIES,), "categories are a list of texts")
    whole = {"$ref": address(name)}
    try:
        validator = jsonschema_rs.Draft202012Validator(
            whole, validate_formats=True, registry=decider
        )
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        raise BadSchema(name, (), f"jsonschema-rs can't use it: {first_line(error)}") from error
    explainer = Explainer(
        whole, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    return Schema(name, document, tuple(categories), validator.is_valid, explainer)
