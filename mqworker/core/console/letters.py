"""The page of the dead letters: counted by cause, listed, put back and removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from mqworker.core.autopsy import as_line
from mqworker.core.console.elements import (
    FOOT,
    NOTHING,
    address,
    choice,
    count,
    field,
    head,
    hidden,
    link,
    moment,
    note,
    several,
    word,
)
from mqworker.core.console.overview import causes
from mqworker.core.console.view import Asked, View, fields_of
from mqworker.core.letter import EVERY, Letter, Selection
from mqworker.core.markup import safe
from mqworker.core.toll import Toll

STAGES: Mapping[str, str] = {"": "any"} | {
    name: name for name in ("decode", "normalize", "validate", "document", "write", "unknown")
}
AGES: Mapping[str, str] = {
    "": "any",
    "15min": "15 minutes",
    "1h": "1 hour",
    "24h": "24 hours",
    "7d": "7 days",
}
PER_PAGE = 50


class Snapshot(NamedTuple):
    """What one look through the queue found.

    number: of the look; no other has the same.
    letters: those that were asked for, the newest first; `unheld`: how many more there were, which
        are counted but not kept.
    toll: all that were asked for, each message once. seen: all letters, asked for or not.
    taken: when the look ended.
    """

    number: int
    selection: Selection
    letters: Sequence[Letter]
    unheld: int
    toll: Toll
    seen: int
    taken: datetime

    def narrowed(self, selection: Selection) -> Snapshot:
        """Return the letters of these that are meant."""
        toll, letters = Toll(), [each for each in self.letters if selection.takes(each)]
        for letter in reversed(letters):
            toll.add(letter)
        return self._replace(selection=selection, letters=letters, toll=toll)


class Listing(NamedTuple):
    """Everything on the page.

    queues: those that have dead letters; `queue`: the one that these came from.
    page: which part of the letters, from 1.
    caution: why the letters are not looked at anew, "" when nothing is in the way.
    """

    snapshot: Snapshot
    queues: Sequence[str]
    queue: str
    page: int = 1
    caution: str = ""

    @property
    def shown(self) -> Sequence[Letter]:
        """The letters of the page."""
        return self.snapshot.letters[(self.page - 1) * PER_PAGE : self.page * PER_PAGE]

    @property
    def pages(self) -> int:
        """How many there are."""
        return max(1, -(-len(self.snapshot.letters) // PER_PAGE))


def letters(told: Listing, asked: Asked) -> View:
    """Return the page."""
    return View("Dead letters", "/letters", body(told, asked), as_object(told))


def as_object(told: Listing) -> dict[str, Any]:
    """Return everything for machines."""
    snapshot = told.snapshot
    return {
        **snapshot.toll.as_object(),
        "looked_at": snapshot.taken,
        "unlisted": snapshot.unheld,
        "page": told.page,
        "pages": told.pages,
        "list": [as_line(each) for each in told.shown],
    }


def body(told: Listing, asked: Asked) -> Iterator[str]:
    """Give the page's contents."""
    snapshot = told.snapshot
    if told.caution:
        yield note(told.caution, "bad")
    yield from filters(told, asked)
    yield from summary(snapshot, asked)
    if snapshot.toll.causes:
        yield "<h2>By cause</h2>\n"
        yield from causes(snapshot.toll, told.queue)
        yield from changes(snapshot, told.queue, asked)
        yield "<h2>The letters, the newest first</h2>\n"
        yield from table(told.shown, told.queue)
        yield from turning(told, asked)


def filters(told: Listing, asked: Asked) -> Iterator[str]:
    """Give the form by which letters are selected."""
    yield '<form class="filters" method="get" action="/letters" role="search">\n'
    if len(told.queues) > 1:
        yield choice("Queue", "queue", told.queue, {each: each for each in told.queues})
    yield choice("Stage", "stage", asked.get("stage"), STAGES)
    yield field("Schema", "schema", asked.get("schema"), hint="authentication")
    yield field("Reason", "reason", asked.get("reason"), hint="a part of it")
    yield choice("Died within", "age", asked.get("age"), AGES)
    yield field("Identity", "identity", asked.fields.get("identity", ""))
    yield hidden({name: asked.get(name) for name in ("since", "until")})
    yield f"<button>Show</button> {link('all', '/letters', queue=told.queue)}</form>\n"


def summary(snapshot: Snapshot, asked: Asked) -> Iterator[str]:
    """Give how many there are, and as of when."""
    toll = snapshot.toll
    copies = f", and {several(toll.copies, 'more letter')} of the same messages"
    meant = "" if snapshot.selection == EVERY else " selected"
    yield (
        f"<p>{several(toll.letters, 'dead letter')}{meant}{copies if toll.copies else ''}. "
        f'<span class="quiet">Looked through at {moment(snapshot.taken, asked.now)}.</span> '
        f"{link('Look again', '/letters', **current(asked), again='1')}</p>\n"
    )
    if snapshot.unheld:
        yield note(
            f"Of these the newest {count(len(snapshot.letters))} are listed: narrow it down to see "
            "others."
        )


def current(asked: Asked) -> dict[str, str]:
    """Return the fields that select what is shown."""
    names = ("queue", "stage", "schema", "reason", "age", "identity", "since", "until")
    return {name: asked.fields.get(name, "") for name in names}


def changes(snapshot: Snapshot, queue: str, asked: Asked) -> Iterator[str]:
    """Give what may be done with all that are shown."""
    if not asked.writable:
        return
    meant = fields_of(snapshot.selection, queue)
    yield '<div class="deeds"><form method="post" action="/replay">'
    yield hidden({**meant, "word": asked.word})
    yield (
        '<button>Replay</button> <label class="check"><input type="checkbox" name="passing" '
        'value="1" checked> only those that would be taken now</label></form>\n'
    )
    more = {**meant, "look": str(snapshot.number)}
    yield f'<a class="button" href="{address("/remove", **more)}">Remove …</a></div>\n'


def table(shown: Sequence[Letter], queue: str) -> Iterator[str]:
    """Give letters, one on each line."""
    yield head("Died", "Stage", "Place", "Reason", "#Events", "#Replays", "Identity")
    for letter in shown:
        refusal = letter.failures[0].refusal
        identity = link(letter.identity, "/letter", identity=letter.identity, queue=queue)
        yield (
            f'<tr><td class="fits">{moment(letter.died)}</td>'
            f'<td class="fits">{word(refusal.stage)}</td>'
            f'<td class="code">{safe(refusal.pointer) or NOTHING}</td>'
            f'<td class="long">{safe(refusal.reason)}</td>'
            f'<td class="figure">{count(letter.events)}</td>'
            f'<td class="figure">{count(letter.replays)}</td>'
            f'<td class="code clip">{identity}</td></tr>\n'
        )
    yield FOOT


def turning(told: Listing, asked: Asked) -> Iterator[str]:
    """Give the way to the other pages of the list."""
    if told.pages == 1:
        return
    yield '<nav class="turning" aria-label="Pages of the list">'
    for words, page in (("newer", told.page - 1), ("older", told.page + 1)):
        if 1 <= page <= told.pages:
            yield f"{link(words, '/letters', **current(asked), page=str(page))} "
    yield f'<span class="quiet">page {told.page} of {told.pages}</span></nav>\n'


def removal(snapshot: Snapshot, asked: Asked) -> View:
    """Return the page that asks whether letters are really meant to be removed."""
    return View("Remove dead letters", "/letters", asking(snapshot, asked))


def asking(snapshot: Snapshot, asked: Asked) -> Iterator[str]:
    """Give what would be removed, and the buttons."""
    letters, messages = len(snapshot.letters), snapshot.toll.letters
    copies = f" of {several(messages, 'message')}" if messages < letters else ""
    yield note(
        f"{several(letters, 'letter')}{copies} would be removed for good. There is no way back.",
        "bad",
    )
    yield from causes(snapshot.toll, asked.get("queue"))
    fields = fields_of(snapshot.selection, asked.get("queue"))
    yield '<form class="deeds" method="post" action="/remove">'
    yield hidden({**fields, "look": str(snapshot.number), "word": asked.word})
    yield '<button class="danger">Remove them for good</button> '
    yield f"{link('leave them', '/letters', **fields)}</form>\n"
