"""An event on its way into the sink, and what it still waits for."""

from __future__ import annotations

from typing import Any, Final

from mqworker.core.correlation.answer import Answer
from mqworker.core.correlation.sighting import Sighting
from mqworker.core.message import STORED, Document, Event
from mqworker.core.settlement import OpenMessage

NOTHING: Final[Answer] = {}
"""What is known of an event that lacks nothing; nobody writes into an answer."""

WRITTEN: Final[dict[str, Any]] = {}
"""The fields of an event whose document's source is written; nobody writes into them."""


class Pending:
    """An event that is not decided yet.

    It keeps of the event what is still needed: thousands are in hand.

    id, position: the event's. fields: they are WRITTEN once the document's source is.
    document: as it is written; its source is empty until that can be written.
    sighting: what correlation remembers of it, None when it has no link.
    answer: what correlation has found for it so far.
    debts: its own document, and each other document that it makes correlation complete.
    outcome: what became of its own document.
    """

    __slots__ = (
        *("answer", "debts", "document", "fields", "id", "message", "outcome", "position"),
        "sighting",
    )

    def __init__(
        self,
        event: Event,
        message: OpenMessage,
        document: Document,
        sighting: Sighting | None = None,
    ) -> None:
        self.id = event.id
        self.position = event.position
        self.fields = event.fields
        self.message = message
        self.document = document
        self.sighting = sighting
        self.answer: Answer = NOTHING
        self.debts = 1
        self.outcome = STORED

    def is_open(self) -> bool:
        """Tell whether it lacks something that another event may know."""
        sighting = self.sighting
        return sighting is not None and None in sighting.stated

    def paid(self) -> bool:
        """Take one debt off; tell whether none is left."""
        self.debts -= 1
        return not self.debts
