"""What a page is asked, and what it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from mqworker.core.instant import read_instant
from mqworker.core.letter import Selection

AGES: Mapping[str, timedelta] = {
    "15min": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "24h": timedelta(days=1),
    "7d": timedelta(days=7),
}


class Unasked(ValueError):
    """What was asked for makes no sense; the text says why."""


class Asked(NamedTuple):
    """What a page is asked.

    fields: of the query or the form.
    word: of the session, for forms that change something.
    now: aware, UTC.
    writable: whether changes are allowed.
    """

    fields: Mapping[str, str]
    word: str
    now: datetime
    writable: bool = False

    def get(self, name: str) -> str:
        """Return a field, without spaces around it; "" when there is none."""
        return self.fields.get(name, "").strip()


class View(NamedTuple):
    """A page, or where to go instead.

    title: of the page; `tab`: the page that it belongs to.
    body: HTML, piece by piece.
    facts: the same for machines.
    live: whether it tells of now, so that it is worth looking again every few seconds.
    location: the page to go to instead.
    """

    title: str
    tab: str
    body: Iterable[str] = ()
    facts: Any = None
    status: int = 200
    live: bool = False
    location: str = ""


def selection_of(asked: Asked) -> Selection:
    """Return which letters are meant.

    Raises:
        Unasked: a time can't be read.
    """
    since, until = time_of(asked, "since"), time_of(asked, "until")
    age = AGES.get(asked.get("age"))
    if age is not None:
        since = max(since or asked.now - age, asked.now - age)
    return Selection(
        named(asked, "identity"),
        named(asked, "stage"),
        named(asked, "schema"),
        asked.get("reason"),
        since,
        until,
    )


def named(asked: Asked, name: str) -> frozenset[str]:
    """Return the value of a field as a set, empty when it is not given."""
    # An identity may begin with a space: it is the sender's.
    value = asked.fields.get(name, "") if name == "identity" else asked.get(name)
    return frozenset({value} - {""})


def fields_of(selection: Selection, queue: str) -> dict[str, str]:
    """Return the fields of a form that mean the same letters of a queue, now and later."""
    return {
        "queue": queue,
        "identity": "".join(selection.identities),
        "stage": "".join(selection.stages),
        "schema": "".join(selection.schemas),
        "reason": selection.reason,
        "since": selection.since.isoformat() if selection.since else "",
        "until": selection.until.isoformat() if selection.until else "",
    }


def time_of(asked: Asked, name: str) -> datetime | None:
    """Return a time in ISO 8601, in UTC where it does not say otherwise; None when not given.

    Raises:
        Unasked: it is none.
    """
    text = asked.get(name)
    if not text:
        return None
    try:
        return read_instant(text)
    except ValueError as error:
        raise Unasked(f"{name}: {error}") from None


def number_of(asked: Asked, name: str, usual: int, most: int) -> int:
    """Return a number from 1 to `most`, `usual` when it is not given.

    Raises:
        Unasked: it is none.
    """
    text = asked.get(name)
    if not text:
        return usual
    if text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 0 < int(text) <= most:
        return int(text)
    raise Unasked(f"{name}: expected a whole number from 1 to {most}, got {text!r}")
