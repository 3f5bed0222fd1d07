"""A value as indented JSON, line by line, and the line of a place in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import orjson

from mqworker.core.pointer import token


class Line(NamedTuple):
    """A line of JSON; `pointer` names the value on it, which begins at column `start`."""

    pointer: str | None
    text: str
    start: int


def render(
    value: Any, pointer: str = "", name: str = "", depth: int = 0, comma: str = ""
) -> Iterator[Line]:
    """Give a value as indented JSON, line by line, each with its JSON Pointer (RFC 6901).

    Args:
        value: what to write.
        pointer: its own pointer.
        name: what stands before it on its first line.
        depth: how far it is indented.
        comma: what stands after it on its last line.
    """
    head = "  " * depth + name
    if not isinstance(value, (dict, list)) or not value:
        yield Line(pointer, head + written(value) + comma, len(head))
        return
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    yield Line(pointer, head + opening, len(head))
    for number, (key, item) in enumerate(members(value), 1):
        label = f"{written(key)}: " if isinstance(value, dict) else ""
        separator = "," if number < len(value) else ""
        yield from render(item, f"{pointer}/{token(key)}", label, depth + 1, separator)
    yield Line(None, "  " * depth + closing + comma, 0)


def members(value: dict[str, Any] | list[Any]) -> Iterator[tuple[Any, Any]]:
    """Give the members of an object or array, with their names or positions."""
    return iter(value.items()) if isinstance(value, dict) else enumerate(value)


def find(lines: Sequence[Line], pointer: str) -> int:
    """Return the number of the line that a pointer names; of its parent's when it is missing."""
    places = {line.pointer: number for number, line in enumerate(lines)}
    while pointer not in places:
        pointer = pointer.rpartition("/")[0]
    return places[pointer]


def written(value: Any) -> str:
    """Return a value as JSON on one line."""
    return orjson.dumps(value, default=str).decode()
