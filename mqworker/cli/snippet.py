"""Bad input, drawn as a compiler draws it: what is wrong, where, and what was expected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mqworker.cli.display import clipped, printable
from mqworker.core.json_lines import Line, find, render
from mqworker.core.message import Refusal

WIDTH = 96
GUTTER = "    | "


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
