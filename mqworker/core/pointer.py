"""JSON Pointers (RFC 6901)."""

from __future__ import annotations

from collections.abc import Iterable

from mqworker.core.display import printable

LONGEST = 1000
"""Characters of a pointer; a key may be as long as a message."""


def pointer_to(path: Iterable[str | int]) -> str:
    """Return the JSON Pointer of a path, clipped with an ellipsis where it is very long.

    >>> pointer_to(["details", "a/b~c", 0])
    '/details/a~1b~0c/0'
    """
    pointer = "".join(f"/{token(step)}" for step in path)
    return printable(pointer, LONGEST)


def token(step: str | int) -> str:
    """Return the part of a pointer that stands for a key or position."""
    return str(step).replace("~", "~0").replace("/", "~1")
