"""What a store holds, day by day, and which of it is over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from mqworker.core.naming import Naming

DIGITS = 8


class Holding(NamedTuple):
    """One index of a store.

    size: bytes on the disk; for the embedded store, bytes of its documents.
    ours: whether it was made by mqworker's template. MozDef's own indices have the same names.
    """

    name: str
    documents: int
    size: int
    ours: bool = True


def day_of(name: str, prefix: str) -> date | None:
    """Return the day that an index is of, None when it is not one of a day."""
    digits = name.removeprefix(f"{prefix}-")
    if digits == name or len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return datetime.strptime(digits, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone here
    except ValueError:
        return None


def over(
    holdings: Iterable[Holding], naming: Naming, today: date, keep_days: int, *, catch_all: bool
) -> list[Holding]:
    """Return what is to be removed, the oldest first.

    Args:
        holdings: what there is.
        naming: how indices are named.
        today: the day, in UTC.
        keep_days: so many days before today are kept.
        catch_all: remove the index of events out of range, too, which is of no day.
    """
    limit = today - timedelta(days=keep_days)
    found = [
        one
        for one in holdings
        if one.ours
        and (
            (catch_all and one.name == naming.out_of_range)
            or ((day := day_of(one.name, naming.prefix)) is not None and day < limit)
        )
    ]
    return sorted(found, key=lambda one: one.name)
