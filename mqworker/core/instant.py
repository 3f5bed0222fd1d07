"""Times that people give."""

from __future__ import annotations

from datetime import UTC, datetime


def read_instant(text: str) -> datetime:
    """Return a time in ISO 8601 as an aware one; without an offset it is in UTC.

    Raises:
        ValueError: it is none; says what was expected, for people.
    """
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (OverflowError, ValueError):
        wrong = f"expected a time such as 2026-11-23T09:30:00Z, got {text!r}"
        raise ValueError(wrong) from None
