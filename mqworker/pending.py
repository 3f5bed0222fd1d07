"""An event on its way into the sink, and what it still waits for."""

from __future__ import annotations

from dataclasses import dataclass, field

from mqworker.core.correlation.answer import Answer
from mqworker.core.correlation.sighting import Sighting
from mqworker.core.message import STORED, Document, Event, Outcome
from mqworker.core.settlement import OpenMessage


@dataclass(slots=True, eq=False)
class Pending:
    """An event that is not decided yet.

    document: as it is written; its source is empty until correlation has had its say.
    sighting: what correlation remembers of it, None when it has no link.
    answer: what correlation has found for it so far.
    debts: its own document, and each other document that it makes correlation complete.
    outcome: what became of its own document.
    """

    event: Event
    message: OpenMessage
    document: Document
    sighting: Sighting | None = None
    answer: Answer = field(default_factory=dict)
    debts: int = 1
    outcome: Outcome = STORED

    def paid(self) -> bool:
        """Take one debt off; tell whether none is left."""
        self.debts -= 1
        return not self.debts
