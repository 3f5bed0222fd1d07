"""Hidden values taken out of text, wherever it holds them.

1. What stands for a hidden value already stays as it is.
2. A value is found in any case of letters; a short one only where it is a whole word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

MASK = "***"
STANDS_FOR = r"hmac:[0-9a-f]{32}|fd6d:7177:[0-9a-f:]+"
"""What `mqworker.core.privacy.hashed` writes."""

HIDDEN = re.compile(rf"{re.escape(MASK)}|{STANDS_FOR}")

WORD = 4
"""A value of fewer characters is replaced only where it is a whole word."""

CLIPPED = 40
"""Of a longer value, messages show only the beginning: so much of it is enough to be replaced."""

Scrub = Callable[[Any], Any]


def is_hidden(text: str) -> bool:
    """Tell whether a text stands for a hidden value already."""
    return HIDDEN.fullmatch(text) is not None


def scrubber(truths: Mapping[str, str]) -> Scrub:
    """Return what replaces hidden values in all texts of a JSON value, which is not changed.

    Args:
        truths: the hidden values, and what stands for each; at least one.
    """
    covers = {text.lower(): cover for text, cover in truths.items()}
    ordered = sorted(truths, key=lambda text: (-len(text), text))
    search = re.compile("|".join([STANDS_FOR, *map(pattern, ordered)]), re.IGNORECASE)

    def cover(match: re.Match[str]) -> str:
        return match[0] if is_hidden(match[0]) else covers.get(match[0].lower(), MASK)

    def scrub(value: Any) -> Any:
        if isinstance(value, str):
            return search.sub(cover, value)
        if isinstance(value, list):
            return [scrub(each) for each in value]
        if isinstance(value, dict):
            return {key: scrub(each) for key, each in value.items()}
        if value is None or isinstance(value, bool) or not search.fullmatch(str(value)):
            return value
        return search.sub(cover, str(value))

    return scrub


def pattern(text: str) -> str:
    """Return the regular expression that finds a hidden value in text."""
    if len(text) > CLIPPED:
        return re.escape(text[:CLIPPED]) + f"(?:{re.escape(text[CLIPPED:])}|\\S*)"
    if len(text) < WORD:
        return rf"(?<!\w){re.escape(text)}(?!\w)"
    return re.escape(text)
