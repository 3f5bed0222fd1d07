"""The page of what is being done with the dead letters, or was done last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

from mqworker.core.console.elements import count, hidden, link, meter, moment, note, several
from mqworker.core.console.view import Asked, View

Deed = Literal["look", "replay", "remove"]

DOING: Mapping[Deed, str] = {
    "look": "Looking through the dead letters",
    "replay": "Putting dead letters back",
    "remove": "Removing dead letters",
}

FATES = {
    "replay": "put back",
    "copy": "second copies removed",
    "worn": "were put back too often before, and are left",
    "left": "left",
    "removed": "removed",
}
"""What became of letters, in words that follow a number."""


class Job(NamedTuple):
    """Something that goes through the queue, as of now.

    done, total: letters that were decided about, and those there were at the beginning.
    ended: None while it runs. fates: what became of how many. error: why it did not get to the end.
    """

    deed: Deed
    began: datetime
    done: int = 0
    total: int = 0
    ended: datetime | None = None
    fates: Mapping[str, int] = {}
    error: str = ""


def job(told: Job | None, asked: Asked, onward: str = "/letters") -> View:
    """Return the page; `onward`: where to go when it is over, if it is a look."""
    if told is None:
        nothing = note(f"Nothing is being done with the dead letters of {asked.get('queue')}.")
        return View("Dead letters", "/letters", [nothing], {"job": None})
    if told.ended and told.deed == "look" and not told.error:
        return View("Dead letters", "/letters", facts=as_object(told), location=onward)
    title, live = DOING[told.deed], told.ended is None
    return View(title, "/letters", body(told, asked), as_object(told), live=live)


def as_object(told: Job) -> dict[str, Any]:
    """Return it for machines."""
    return {"job": told._asdict()}


def body(told: Job, asked: Asked) -> Iterator[str]:
    """Give the page's contents."""
    yield f'<p class="note">Began at {moment(told.began)}'
    yield f", ended at {moment(told.ended)}.</p>\n" if told.ended else ".</p>\n"
    if told.total and not told.ended:
        words = f"{count(told.done)} of {several(told.total, 'letter')}"
        yield meter(told.done / told.total, words)
    if told.error:
        yield note(told.error, "bad")
    for fate, number in told.fates.items():
        if number or fate in ("replay", "removed"):
            yield note(f"{count(number)} {FATES[fate]}", "good" if fate == "replay" else "note")
    if told.ended:
        led = link("To the dead letters", "/letters", again="1", queue=asked.get("queue"))
        yield f"<p>{led}</p>\n"
    elif asked.writable and told.deed != "look":
        means = {"word": asked.word, "queue": asked.get("queue")}
        yield f'<form class="deeds" method="post" action="/stop">{hidden(means)}'
        yield "<button>Stop</button></form>\n"
