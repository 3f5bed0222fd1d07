"""Those who see events go by.

1. The worker hands over each bulk as it is, if anybody looks, and at once: what nobody has room or
   time for is skipped and counted. Reading, choosing and masking is done in the thread that serves.
2. That thread takes a small share of the time for it: it shares the processor with the worker.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Protocol

from mqworker.core.message import Document, Outcome
from mqworker.core.sight.masking import masked
from mqworker.core.sight.where import Where, where
from mqworker.sight.guest import Guest

BULKS = 20
"""So many bulks wait to be shown."""

SHARE_S = 0.005
"""So long events are shown without a pause, which is 20 times that."""

SHOWN = ("stored", "duplicate", "refused")


class Passing(Protocol):
    """An event with its document."""

    document: Document


Onlooker = Callable[[Sequence[Passing], Sequence[Outcome]], None]


class Taps:
    """The taps of one worker. `see` is called by the worker, everything else by who serves."""

    def __init__(self, attach: Callable[[Onlooker | None], None] = lambda _: None) -> None:
        """Watch nothing yet.

        `attach` makes the worker call what it is given with each bulk; None for nothing.
        """
        self.attach = attach
        self.wanted: dict[Guest, Where] = {}
        self.told: dict[Guest, int] = {}
        self.bulks: deque[Iterator[tuple[Passing, Outcome]]] = deque()
        self.skipped = 0

    @property
    def any(self) -> bool:
        """Whether anybody looks."""
        return bool(self.wanted)

    def see(self, items: Sequence[Passing], outcomes: Sequence[Outcome]) -> None:
        """Take a bulk of the worker; never blocks."""
        if len(self.bulks) < BULKS:
            self.bulks.append(zip(items, outcomes, strict=False))
        else:
            self.skipped += len(items)

    def join(self, guest: Guest, question: Mapping[str, Any]) -> None:
        """Let a guest see events from now on."""
        asked = question.get("where")
        pairs = asked if isinstance(asked, dict) else {}
        self.wanted[guest] = where({str(name): str(value) for name, value in pairs.items()})
        self.told[guest] = self.skipped
        guest.say({"tapping": True})
        if len(self.wanted) == 1:
            self.attach(self.see)

    def leave(self, guest: Guest) -> None:
        """Forget a guest."""
        if self.wanted.pop(guest, None) is None:
            return
        del self.told[guest]
        if not self.wanted:
            self.attach(None)
            self.bulks.clear()

    def pass_on(self) -> None:
        """Show what has come, for a moment."""
        until = time.monotonic() + SHARE_S
        while self.bulks and time.monotonic() < until:
            bulk = self.bulks.popleft()
            for item, outcome in bulk:
                if outcome.status in SHOWN:
                    self.show(item.document, outcome)
                if time.monotonic() >= until:
                    if (rest := next(bulk, None)) is not None:
                        self.bulks.appendleft(chain([rest], bulk))
                    break
        for guest in self.wanted:
            self.tell_skipped(guest)

    def show(self, document: Document, outcome: Outcome) -> None:
        """Show an event to those who want it."""
        line: dict[str, Any] | None = None
        for guest, wanted in self.wanted.items():
            fields = wanted.pick(document)
            if fields is not None:
                line = line or described(document, outcome, fields)
                guest.say(line)

    def tell_skipped(self, guest: Guest) -> None:
        """Tell a guest how many events it was not shown, if it reads that at all."""
        missed = self.skipped - self.told[guest] + guest.missed
        if missed and not guest.waiting:
            self.told[guest], guest.missed = self.skipped, 0
            guest.say({"skipped": missed})


def described(document: Document, outcome: Outcome, fields: dict[str, Any]) -> dict[str, Any]:
    """Return an event as a tap shows it."""
    return {
        "index": document.index_name,
        "id": document.id,
        "status": outcome.status,
        "event": masked(fields),
    }
