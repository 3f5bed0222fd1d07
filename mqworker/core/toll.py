"""Dead letters, counted by what they died of: each message once, however many letters it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from mqworker.core.letter import Letter

NUMBERS = re.compile(r"\d+")
LONGEST_CAUSE = 120
"""Characters."""


class Cause(NamedTuple):
    """What letters have in common.

    what: the pointer and the keyword of a schema; without these the reason, its numbers left out,
    which differ from message to message.
    """

    stage: str
    schema: str
    what: str


@dataclass(slots=True)
class Count:
    """The letters of one cause.

    letters, events: how many messages, and how many events of them failed.
    example: the identity of one.
    first, last: when the earliest and the latest died.
    """

    letters: int = 0
    events: int = 0
    example: str = ""
    first: datetime | None = None
    last: datetime | None = None

    def add(self, letter: Letter) -> None:
        """Count one letter."""
        self.letters += 1
        self.events += letter.events
        self.example = self.example or letter.identity
        if letter.died:
            self.first = min(self.first or letter.died, letter.died)
            self.last = max(self.last or letter.died, letter.died)


@dataclass(slots=True)
class Toll:
    """Letters counted.

    copies: letters of a message that was counted already: left by a crash, or of an earlier death.
    """

    causes: dict[Cause, Count] = field(default_factory=dict)
    copies: int = 0
    seen: set[str] = field(default_factory=set)

    def add(self, letter: Letter) -> bool:
        """Count a letter; return whether its message was not counted before."""
        if letter.identity in self.seen:
            self.copies += 1
            return False
        self.seen.add(letter.identity)
        self.causes.setdefault(cause_of(letter), Count()).add(letter)
        return True

    @property
    def letters(self) -> int:
        """How many messages there are."""
        return len(self.seen)

    def ordered(self) -> list[tuple[Cause, Count]]:
        """Return the causes, the most frequent first."""
        return sorted(self.causes.items(), key=lambda item: (-item[1].letters, item[0]))

    def as_object(self) -> dict[str, Any]:
        """Return the counts for machines."""
        return {"letters": self.letters, "copies": self.copies, "causes": [*self.objects()]}

    def objects(self) -> Iterator[dict[str, Any]]:
        """Give each cause for machines."""
        for cause, count in self.ordered():
            yield {
                **cause._asdict(),
                "letters": count.letters,
                "events": count.events,
                "example": count.example,
                "first": count.first,
                "last": count.last,
            }


def cause_of(letter: Letter) -> Cause:
    """Return what a letter is counted under: the first of its refusals."""
    refusal = letter.failures[0].refusal
    if refusal.keyword:
        return Cause(
            refusal.stage,
            refusal.schema or "",
            f"{NUMBERS.sub('#', refusal.pointer) or 'the whole'} {refusal.keyword}",
        )
    what = NUMBERS.sub("#", refusal.reason)[:LONGEST_CAUSE]
    return Cause(refusal.stage, refusal.schema or "", what)
