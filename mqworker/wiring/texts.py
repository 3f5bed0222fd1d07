"""What URLs, files and secrets of settings are to libraries."""

from __future__ import annotations

from pathlib import Path

from mqworker.config.secret import Secret


def scheme(url: str) -> str:
    """Return what a URL begins with."""
    return url.partition(":")[0].lower()


def text(file: Path | None) -> str | None:
    """Return a file's name as libraries want it."""
    return None if file is None else str(file)


def revealed(secret: Secret | None) -> str | None:
    """Return a secret's text."""
    return None if secret is None else secret.reveal()
