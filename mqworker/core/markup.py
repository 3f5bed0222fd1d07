"""Texts of strangers in HTML."""

from __future__ import annotations

from html import escape

from mqworker.core.display import clip, inert

LONGEST = 2000
"""Characters of one text that a page shows."""


def safe(text: str) -> str:
    """Return a text as it may stand in HTML, between quotes too: no markup, all of it printable."""
    return escape(inert(clip(text, LONGEST)), quote=True)
