"""What each page tells: asked of broker and sink, or of what was found before. In threads."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

from mqworker.console.desk import Busy, Desk
from mqworker.console.watch import Watch
from mqworker.core.clause import ID, Clause
from mqworker.core.console import event as event_page
from mqworker.core.console import letter as letter_page
from mqworker.core.console import letters as letters_page
from mqworker.core.console import trace as trace_page
from mqworker.core.console.elements import url
from mqworker.core.console.health import Health, health
from mqworker.core.console.job import job
from mqworker.core.console.letters import Listing, Snapshot
from mqworker.core.console.overview import Deaths, Overview, overview
from mqworker.core.console.view import Asked, Unasked, View, number_of, selection_of, time_of
from mqworker.core.correlation.rules import Rules
from mqworker.core.errors import BrokerUnavailable
from mqworker.core.finding import Finding
from mqworker.core.intake.http import Answer
from mqworker.core.letter import EVERY, Letter, Selection
from mqworker.core.policy import Policy
from mqworker.core.replay import Plan
from mqworker.core.trail import Bounds, trace
from mqworker.ports import Archive

PATIENCE_S = 3.0
"""How long a page waits for the end of what it began, in seconds; then it tells how far that is."""

FRESH_S = 10.0
"""What was found so lately is not looked for again."""

MOST_PAGES = 10_000


@dataclass
class Pages:
    """Everything that pages ask.

    queue: where letters are put back to. dead_queue: where they are. limit: how many may be there.
    archive: the stored events. policy, rules: of the configuration. check: looks at everything.
    """

    queue: str
    dead_queue: str
    limit: int
    watch: Watch
    desk: Desk
    archive: Archive
    policy: Policy
    rules: Rules
    check: Callable[[], Sequence[Finding]]
    turn: Lock = field(default_factory=Lock)
    checked: Health | None = None

    def overview(self, _asked: Asked) -> View:
        """Tell how all is."""
        found = self.desk.snapshots.get(EVERY)
        deaths = Deaths(
            found.toll if found else None, found.taken if found else None, limit=self.limit
        )
        return overview(Overview(self.watch.told(), deaths, self.watch.trouble, datetime.now(UTC)))

    def letters(self, asked: Asked) -> View:
        """Tell of the dead letters."""
        selection = selection_of(asked)
        anew = bool(asked.get("again"))
        found, caution = self.found(selection, anew=anew)
        if found is None:
            if self.desk.is_busy:
                return View("", "/letters", location=url("/job", **letters_page.current(asked)))
            raise BrokerUnavailable(caution or "the letters could not be looked through")
        if anew:
            where = url("/letters", **letters_page.current(asked))
            return View("", "/letters", location=where)
        page = number_of(asked, "page", 1, MOST_PAGES)
        return letters_page.letters(Listing(found, page, caution), asked)

    def found(self, selection: Selection, *, anew: bool = False) -> tuple[Snapshot | None, str]:
        """Return the letters that are meant, and why they may be of before.

        All are looked through once; only where not all could be kept, there is a look for these.
        """
        caution = self.refresh(EVERY, anew=anew)
        every = self.desk.snapshots.get(EVERY)
        if every is None or selection == EVERY:
            return every, caution
        if not every.unheld:
            return every.narrowed(selection), caution
        caution = caution or self.refresh(selection, anew=anew)
        return self.desk.snapshots.get(selection), caution

    def refresh(self, selection: Selection, *, anew: bool) -> str:
        """Look for letters if that was not done lately; return why it was not, "" if it was."""
        old = self.desk.snapshots.get(selection)
        if old and not anew and self.is_fresh(old):
            return ""
        try:
            self.desk.look(selection)
        except Busy as busy:
            return str(busy)
        self.desk.wait(PATIENCE_S)
        told = self.desk.job
        return told.error if told and told.deed == "look" else ""

    def is_fresh(self, found: Snapshot) -> bool:
        """Tell whether the queue is as it was found, as far as is known."""
        if (datetime.now(UTC) - found.taken).total_seconds() < FRESH_S:
            return True
        return self.watch.ready(self.dead_queue) == found.seen

    def of_identity(self, asked: Asked) -> tuple[Sequence[Letter], int]:
        """Return the letters of one message, and the number of the look that found them."""
        identity = asked.fields.get("identity", "")
        if not identity:
            raise Unasked("identity: it says which letter is meant")
        found, caution = self.found(Selection(frozenset({identity})))
        if found is None:
            raise BrokerUnavailable(caution or "the letters are being looked through: try again")
        return found.letters, found.number

    def letter(self, asked: Asked) -> View:
        """Tell of one dead letter."""
        letters, look = self.of_identity(asked)
        found = letter_page.Found(asked.fields.get("identity", ""), letters, look)
        return letter_page.letter(found, self.policy, asked)

    def body(self, asked: Asked) -> Answer | View:
        """Hand over the bytes of one letter."""
        letters, _ = self.of_identity(asked)
        number = int(asked.get("number") or "0") if asked.get("number").isdecimal() else 0
        if number >= len(letters):
            return letter_page.letter(letter_page.Found("", (), 0), self.policy, asked)
        kept = ("content-disposition", 'attachment; filename="dead-letter"')
        body = letters[number].delivery.body
        return Answer(200, body, "application/octet-stream", (kept,))

    def job(self, asked: Asked) -> View:
        """Tell how far it is what is being done with the letters."""
        return job(self.desk.job, asked, url("/letters", **letters_page.current(asked)))

    def replay(self, asked: Asked) -> View:
        """Put letters back."""
        passing = self.policy if asked.get("passing") else None
        self.desk.replay(Plan(self.queue, selection_of(asked), passing=passing))
        self.desk.wait(PATIENCE_S)
        return View("", "/letters", location="/job")

    def remove(self, asked: Asked) -> View:
        """Ask whether letters are meant to be removed."""
        return letters_page.removal(self.seen(asked), asked)

    def removed(self, asked: Asked) -> View:
        """Remove letters that somebody saw."""
        self.desk.remove({letter.key for letter in self.seen(asked).letters})
        self.desk.wait(PATIENCE_S)
        return View("", "/letters", location="/job")

    def seen(self, asked: Asked) -> Snapshot:
        """Return the letters that somebody saw, of those the ones that are meant."""
        number, selection = asked.get("look"), selection_of(asked)
        for found in [*self.desk.snapshots.values()]:
            if str(found.number) == number:
                return found.narrowed(selection)
        raise Unasked("the letters were looked at anew since: see what is there now, and ask again")

    def stop(self, _asked: Asked) -> View:
        """End what is being done with the letters."""
        self.desk.stop()
        self.desk.wait(PATIENCE_S)
        return View("", "/letters", location="/job")

    def trace(self, asked: Asked) -> View:
        """Tell the story of a value."""
        value = asked.get("value")
        if not value:
            return trace_page.trace(None, asked)
        since, until = time_of(asked, "since"), time_of(asked, "until")
        limit = number_of(asked, "limit", trace_page.USUAL, trace_page.MOST)
        bounds = Bounds(limit, since, until)
        return trace_page.trace(trace(self.archive.find, value, self.rules, bounds), asked)

    def event(self, asked: Asked) -> View:
        """Tell of one stored event."""
        identity, index = asked.fields.get("id", ""), asked.get("index")
        hits = self.archive.find([Clause({ID: [identity]})], 10) if identity else []
        found = [hit for hit in hits if index in ("", hit["_index"])]
        return event_page.event(found[0] if found else None, identity)

    def search(self, asked: Asked) -> View:
        """Find stored events."""
        words = asked.get("words")
        limit = number_of(asked, "limit", event_page.USUAL, event_page.MOST)
        return event_page.search(self.archive.search(words, limit) if words else None, asked)

    def health(self, asked: Asked) -> View:
        """Tell what a check finds; one check at a time."""
        began = time.monotonic()
        with self.turn:
            waited = time.monotonic() - began > 1
            if self.checked is None or (asked.get("again") and not waited):
                self.checked = Health(list(self.check()), datetime.now(UTC))
        if asked.get("again"):
            return View("", "/health", location="/health")
        return health(self.checked, asked)
