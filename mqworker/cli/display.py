"""Text of strangers on a terminal, and values as JSON.

Events come from machines that may be in an attacker's hand: a control character in one could
rewrite what the terminal shows.
"""

from __future__ import annotations

import json
from typing import Any

import click
import orjson

from mqworker.core.display import inert


def printable(text: str) -> str:
    """Return the text with everything that is not printable escaped."""
    return inert(text)


def clipped(text: str, width: int) -> str:
    """Return the text, printable, in at most `width` characters."""
    shown = printable(text)
    return shown if len(shown) <= width else f"{shown[: width - 1]}…"


def to_json(value: Any) -> str:
    """Return a value as JSON on one line, of printable characters: a terminal may show it."""
    text = orjson.dumps(value, default=str).decode()
    return text if text.isprintable() else "".join(map(escaped, text))


def escaped(char: str) -> str:
    """Return a character of JSON text; what is not printable can stand in a string only."""
    return char if char.isprintable() else json.dumps(char)[1:-1]


def echo_json(value: Any) -> None:
    """Print a value as JSON on a line of its own."""
    click.echo(to_json(value))
