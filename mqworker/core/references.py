"""Where the `$ref`s of a schema lead.

1. Whatever a reference leads to is judged as a schema, wherever it stands.
2. No way of references comes back to a schema without having gone deeper into the event: such a
   schema never ends in jsonschema, and holds for everything in jsonschema-rs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from referencing.exceptions import Unresolvable

from mqworker.core.dialect import IN_PLACE, Difference, Path, find_differences, subschemas
from mqworker.core.display import printable
from mqworker.core.pointer import pointer_to


class Resolved(Protocol):
    """What a reference leads to, and what resolves the references in it."""

    contents: Any
    resolver: Any


class Resolver(Protocol):
    """Finds what a reference leads to; in `referencing` the type has no public name."""

    def lookup(self, ref: str) -> Resolved:
        """Return what a reference leads to; raises Unresolvable."""


Place = tuple[Any, Resolver, Path]
"""A schema, what resolves its references, and the way to it through the document."""


@dataclass
class Tracer:
    """Follows references, each once, over any number of documents that outlive it.

    seen: identities of the schemas that were looked at.
    deeper: schemas that judge a part of the value; they start a new way.
    """

    seen: set[int] = field(default_factory=set)
    deeper: deque[Place] = field(default_factory=deque)

    def trace(self, document: Any, resolver: Resolver) -> Iterator[Difference]:
        """Name each reference of a document that leads nowhere, in circles, or astray.

        Args:
            document: a schema.
            resolver: resolves references relative to it.
        """
        self.deeper.append((document, resolver, ()))
        while self.deeper:
            yield from self.visit(self.deeper.popleft(), ())

    def visit(self, place: Place, way: tuple[int, ...]) -> Iterator[Difference]:
        """Look at a schema that judges the same value as those on the `way`."""
        schema, resolver, path = place
        if id(schema) in way:
            yield Difference(path, "it refers to itself without going deeper into the event")
        if not isinstance(schema, dict) or id(schema) in self.seen:
            return
        self.seen.add(id(schema))
        way = (*way, id(schema))
        if "$ref" in schema:
            yield from self.follow(schema["$ref"], resolver, (*path, "$ref"), way)
        for keyword, value in schema.items():
            for at, below in subschemas(keyword, value, (*path, keyword)):
                if keyword in IN_PLACE:
                    yield from self.visit((below, resolver, at), way)
                else:
                    self.deeper.append((below, resolver, at))

    def follow(
        self, reference: str, resolver: Resolver, path: Path, way: tuple[int, ...]
    ) -> Iterator[Difference]:
        """Look at what a reference leads to."""
        try:
            resolved = resolver.lookup(reference)
        except Unresolvable:
            yield Difference(
                path, f"{reference!r} leads nowhere; only files beside it can be named"
            )
            return
        known = id(resolved.contents) in self.seen
        reason = None if known else judge_target(resolved.contents)
        if reason is not None:
            yield Difference(path, f"{reference!r} leads to what can't be used: {reason}")
            return
        yield from self.visit((resolved.contents, resolved.resolver, path), way)


def judge_target(schema: Any) -> str | None:
    """Return why what a reference leads to is no schema that can be used."""
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return printable(error.message)
    difference = next(find_differences(schema), None)
    return difference and f"{pointer_to(difference.path)}: {difference.reason}"
