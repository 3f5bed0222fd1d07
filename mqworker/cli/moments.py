"""Times that people type."""

from __future__ import annotations

from datetime import UTC, datetime

import click


def moment(_ctx: click.Context, _param: click.Parameter, text: str | None) -> datetime | None:
    """Read a time in ISO 8601; without an offset it is in UTC.

    Raises:
        click.BadParameter: it is none.
    """
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (OverflowError, ValueError):
        wrong = f"expected a time such as 2026-11-23T09:30:00Z, got {text!r}"
        raise click.BadParameter(wrong) from None
