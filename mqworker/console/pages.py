"""What each page tells: asked of broker and sink, or of what was found before. In threads."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

from mqworker.console.desk import Busy, Desk
from mqworker.console.lookout import Lookout
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
from mqworker.core.deadletter import Grave
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

    desks: where the dead letters are, by the queue that they came from, and go back to; the first
        is meant where none is named. limit: how many may be at each.
    watch: measures the queues. lookout: asks the workers. archive: the stored events.
    policy, rules: of the configuration. check: looks at everything.
    """

    desks: Mapping[str, Desk]
    limit: int
    watch: Watch
    lookout: Lookout
    archive: Archive
    policy: Policy
    rules: Rules
    check: Callable[[], Sequence[Finding]]
    turn: Lock = field(default_factory=Lock)
    checked: Health | None = None

    def overview(self, _asked: Asked) -> View:
        """Tell how all is."""
        deaths = [self.deaths(queue) for queue in self.desks]
        now = datetime.now(UTC)
        workers, trouble = self.lookout.workers, self.watch.trouble
        return overview(Overview(self.watch.told(), deaths, trouble, now, workers))

    def deaths(self, queue: str) -> Deaths:
        """Return what is known of a queue's dead letters."""
        found, ready = self.desks[queue].snapshots.get(EVERY), self.waiting(queue)
        if found is None:
            return Deaths(queue, ready, limit=self.limit)
        return Deaths(queue, ready, found.toll, found.taken, self.limit)

    def waiting(self, queue: str) -> int | None:
        """Return how many dead letters of a queue wait, None where that is not known."""
        return self.watch.ready(Grave(queue).dead_queue)

    def queue_of(self, asked: Asked) -> str:
        """Return the queue that is meant.

        Raises:
            Unasked: there is none of this name.
        """
        queue = asked.get("queue") or next(iter(self.desks))
        if queue not in self.desks:
            raise Unasked(f"queue: one of {', '.join(self.desks)}, got {queue!r}")
        return queue

    def letters(self, asked: Asked) -> View:
        """Tell of the dead letters."""
        queue, selection, anew = self.queue_of(asked), selection_of(asked), asked.get("again")
        found, caution = self.found(queue, selection, anew=bool(anew))
        here = letters_page.current(asked) | {"queue": queue}
        if found is None:
            if self.desks[queue].is_busy:
                return self.job(asked)._replace(location=url("/job", **here))
            raise BrokerUnavailable(caution or "the letters could not be looked through")
        page = number_of(asked, "page", 1, MOST_PAGES)
        told = Listing(found, list(self.desks), queue, page, caution)
        onward = url("/letters", **here) if anew else ""
        return letters_page.letters(told, asked)._replace(location=onward)

    def found(
        self, queue: str, selection: Selection, *, anew: bool = False
    ) -> tuple[Snapshot | None, str]:
        """Return the letters that are meant, and why they may be of before.

        All are looked through once; only where not all could be kept, there is a look for these.
        """
        desk = self.desks[queue]
        caution = self.refresh(queue, EVERY, anew=anew)
        every = desk.snapshots.get(EVERY)
        if every is None or selection == EVERY:
            return every, caution
        if not every.unheld:
            return every.narrowed(selection), caution
        caution = caution or self.refresh(queue, selection, anew=anew)
        return desk.snapshots.get(selection), caution

    def refresh(self, queue: str, selection: Selection, *, anew: bool) -> str:
        """Look for letters if that was not done lately; return why it was not, "" if it was."""
        desk = self.desks[queue]
        old = desk.snapshots.get(selection)
        if old and not anew and self.is_fresh(queue, old):
            return ""
        try:
            desk.look(selection)
        except Busy as busy:
            return str(busy)
        desk.wait(PATIENCE_S)
        told = desk.job
        return told.error if told and told.deed == "look" else ""

    def is_fresh(self, queue: str, found: Snapshot) -> bool:
        """Tell whether the queue is as it was found, as far as is known."""
        if (datetime.now(UTC) - found.taken).total_seconds() < FRESH_S:
            return True
        return self.waiting(queue) == found.seen

    def of_identity(self, asked: Asked) -> tuple[Sequence[Letter], int]:
        """Return the letters of one message, and the number of the look that found them."""
        identity = asked.fields.get("identity", "")
        if not identity:
            raise Unasked("identity: it says which letter is meant")
        found, caution = self.found(self.queue_of(asked), Selection(frozenset({identity})))
        if found is None:
            raise BrokerUnavailable(caution or "the letters are being looked through: try again")
        return found.letters, found.number

    def letter(self, asked: Asked) -> View:
        """Tell of one dead letter."""
        letters, look = self.of_identity(asked)
        identity = asked.fields.get("identity", "")
        found = letter_page.Found(self.queue_of(asked), identity, letters, look)
        return letter_page.letter(found, self.policy, asked)

    def body(self, asked: Asked) -> Answer | View:
        """Hand over the bytes of one letter."""
        letters, _ = self.of_identity(asked)
        number = int(asked.get("number") or "0") if asked.get("number").isdecimal() else 0
        if number >= len(letters):
            return letter_page.letter(letter_page.Found("", "", (), 0), self.policy, asked)
        kept = ("content-disposition", 'attachment; filename="dead-letter"')
        body = letters[number].delivery.body
        return Answer(200, body, "application/octet-stream", (kept,))

    def job(self, asked: Asked) -> View:
        """Tell how far it is what is being done with the letters."""
        desk = self.desks[self.queue_of(asked)]
        return job(desk.job, asked, url("/letters", **letters_page.current(asked)))

    def replay(self, asked: Asked) -> View:
        """Put letters back."""
        queue, passing = self.queue_of(asked), self.policy if asked.get("passing") else None
        plan = Plan(queue, selection_of(asked), passing=passing)
        return self.done(queue, lambda desk: desk.replay(plan))

    def done(self, queue: str, deed: Callable[[Desk], None]) -> View:
        """Begin to do something with letters; return where to see how far it is."""
        deed(self.desks[queue])
        self.desks[queue].wait(PATIENCE_S)
        return View("", "/letters", location=url("/job", queue=queue))

    def remove(self, asked: Asked) -> View:
        """Ask whether letters are meant to be removed."""
        return letters_page.removal(self.seen(asked), asked)

    def removed(self, asked: Asked) -> View:
        """Remove letters that somebody saw."""
        doomed = {letter.key for letter in self.seen(asked).letters}
        return self.done(self.queue_of(asked), lambda desk: desk.remove(doomed))

    def seen(self, asked: Asked) -> Snapshot:
        """Return the letters that somebody saw, of those the ones that are meant."""
        number, selection = asked.get("look"), selection_of(asked)
        for found in list(self.desks[self.queue_of(asked)].snapshots.values()):
            if str(found.number) == number:
                return found.narrowed(selection)
        raise Unasked("the letters were looked at anew since: see what is there now, and ask again")

    def stop(self, asked: Asked) -> View:
        """End what is being done with the letters."""
        return self.done(self.queue_of(asked), Desk.stop)

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
        onward = "/health" if asked.get("again") else ""
        return health(self.checked, asked)._replace(location=onward)
