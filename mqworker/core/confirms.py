"""Which publications of a channel the broker has still to answer for.

With confirms on (RabbitMQ's confirm.select) the broker answers each publication by its number, from
1, in any order: one alone, or one with all before it (`multiple`).
"""

from __future__ import annotations


class Confirms:
    """Counts publications and their answers."""

    def __init__(self) -> None:
        self.last = 0
        self.low = 1
        self.unanswered: set[int] = set()

    def __len__(self) -> int:
        """Return how many answers are outstanding."""
        return len(self.unanswered)

    def send(self) -> None:
        """Note a publication."""
        self.last += 1
        self.unanswered.add(self.last)

    def answer(self, number: int, *, multiple: bool) -> set[int]:
        """Note the broker's answer, whatever it was; return which publications it is to."""
        asked = range(self.low, number + 1) if multiple else (number,)
        answered = self.unanswered.intersection(asked)
        self.unanswered -= answered
        if multiple:
            self.low = number + 1
        return answered
