"""Values of senders as people are shown them.

1. What comes out is bounded, however large the value, and UTF-8 can encode it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

LONGEST_VALUE = 80
LONGEST_TEXT = 300


def show(value: Any) -> str:
    """Return a value for display: scalars as JSON, clipped; of objects and lists the size.

    >>> show("a" * 100) == '"' + "a" * 80 + '…"'
    True
    """
    if isinstance(value, Mapping):
        return f"an object of {len(value)}"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if isinstance(value, str):
        value = clip(value, LONGEST_VALUE)
    return printable(json.dumps(value, ensure_ascii=False, default=repr))


def clip(text: str, most: int = LONGEST_TEXT) -> str:
    """Return the text, cut with an ellipsis where it is longer than `most` characters."""
    return text if len(text) <= most else f"{text[:most]}…"


def printable(text: str, most: int = LONGEST_TEXT) -> str:
    """Return the text clipped, with lone surrogates written as escapes."""
    return clip(text, most).encode("utf-8", "backslashreplace").decode("utf-8")


def inert(text: str) -> str:
    """Return the text with everything that is not printable escaped.

    A control character could move a terminal's cursor, a mark of direction reorder what is read.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
