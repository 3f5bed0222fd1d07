"""Bad input, drawn as a compiler draws it: what is wrong, where, and what was expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from mqworker.cli.display import clipped, printable, to_json
from mqworker.core.message import Refusal

WIDTH = 96
GUTTER = "    | "


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
        yield Line(pointer, head + to_json(value) + comma, len(head))
        return
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    yield Line(pointer, head + opening, len(head))
    for number, (key, item) in enumerate(members(value), 1):
        label = f"{to_json(key)}: " if isinstance(value, dict) else ""
        separator = "," if number < len(value) else ""
        yield from render(item, f"{pointer}/{token(key)}", label, depth + 1, separator)
    yield Line(None, "  " * depth + closing + comma, 0)


def token(key: str | int) -> str:
    """Return the part of a JSON Pointer that stands for a key or position."""
    return str(key).replace("~", "~0").replace("/", "~1")


def members(value: dict[str, Any] | list[Any]) -> Iterator[tuple[Any, Any]]:
    """Give the members of an object or array, with their names or positions."""
    return iter(value.items()) if isinstance(value, dict) else enumerate(value)


def draw(refusal: Refusal, whole: Any) -> Iterator[str]:
    """Give the drawing of a refusal, line by line.

    Args:
        refusal: what to draw.
        whole: the record or event that its pointer points into, None when there is none.
    """
    yield f"refused[{refusal.stage}]: {printable(refusal.reason)}"
    if whole is None:
        yield from aside(refusal)
        return
    yield f"  --> {printable(refusal.pointer) or 'the whole'}"
    lines = list(render(whole))
    spot = find(lines, refusal.pointer)
    for number in range(max(0, spot - 1), min(len(lines), spot + 2)):
        yield GUTTER + clipped(lines[number].text, WIDTH)
        if number == spot:
            yield GUTTER + underline(lines[spot], refusal.expected)
    yield from notes(refusal)


def find(lines: Sequence[Line], pointer: str) -> int:
    """Return the number of the line that a pointer names; of its parent's when it is missing."""
    places = {line.pointer: number for number, line in enumerate(lines)}
    while pointer not in places:
        pointer = pointer.rpartition("/")[0]
    return places[pointer]


def underline(line: Line, expected: str | None) -> str:
    """Return the marks under a line's value, and what should have been there."""
    start = min(len(printable(line.text[: line.start])), WIDTH)
    length = max(1, min(len(printable(line.text).rstrip(",")), WIDTH) - start)
    words = f" expected {printable(expected)}" if expected else ""
    return " " * start + "^" * length + words


def aside(refusal: Refusal) -> Iterator[str]:
    """Give what is known of a value that is in no record."""
    if refusal.value is not None:
        yield GUTTER + clipped(refusal.value, WIDTH)
    if refusal.expected:
        yield f"    = expected {printable(refusal.expected)}"


def notes(refusal: Refusal) -> Iterator[str]:
    """Give which rule refused it."""
    if refusal.schema:
        rule = f", keyword {refusal.keyword}" if refusal.keyword else ""
        yield f"    = schema {printable(refusal.schema)}{rule}"
