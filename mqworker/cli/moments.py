"""Times that people type."""

from __future__ import annotations

from datetime import datetime

import click

from mqworker.core.instant import read_instant


def moment(_ctx: click.Context, _param: click.Parameter, text: str | None) -> datetime | None:
    """Read a time in ISO 8601; without an offset it is in UTC.

    Raises:
        click.BadParameter: it is none.
    """
    if text is None:
        return None
    try:
        return read_instant(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
