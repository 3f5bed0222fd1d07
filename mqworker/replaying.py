"""Puts dead letters back into the queue that they died in.

1. A letter is settled only after the broker has confirmed the message that was put back. Killed in
   between, there are both: the message keeps its identity, so it is stored once.
2. A letter that is not meant is held, and goes back to its place in the end.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

from mqworker.core.letter import Letter
from mqworker.core.replay import Fate, Plan
from mqworker.perusing import peruse
from mqworker.ports import Publisher, Shelf

MOST_AT_ONCE = 100


class Replay:
    """One run of `mqworker deadletter replay`.

    fates: how many letters were put back, and how many were not, and why.
    """

    def __init__(
        self,
        shelf: Shelf,
        publisher: Publisher,
        plan: Plan,
        rate: float,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare a run.

        Args:
            shelf: the dead-letter queue.
            publisher: where messages are put back to.
            plan: which letters are meant.
            rate: messages in a second, at most.
            sleep: waits for some seconds.
            clock: seconds, never going back.
        """
        self.shelf = shelf
        self.publisher = publisher
        self.plan = plan
        self.rate = rate
        self.sleep = sleep
        self.clock = clock
        self.fates: Counter[Fate] = Counter()

    @property
    def at_once(self) -> int:
        """How many messages to publish together: what is allowed in a second, or fewer."""
        return max(1, min(MOST_AT_ONCE, int(self.rate)))

    def run(self, count: Callable[[], int], advance: Callable[[int], object]) -> None:
        """Go through the letters that are there.

        Args:
            count: returns how many letters wait.
            advance: told how many more were decided about.

        Raises:
            BrokerUnavailable: a message was not confirmed, or the broker does not answer.
            Misconfigured: the queue is not there, or the broker refuses for good.
        """
        for letters in peruse(self.shelf, count, self.at_once):
            began = self.clock()
            sent = self.put_back(letters)
            advance(len(letters))
            self.sleep(max(0.0, sent / self.rate - (self.clock() - began)))
            if self.plan.most is not None and len(self.plan.done) >= self.plan.most:
                return

    def put_back(self, letters: Sequence[Letter]) -> int:
        """Decide about letters; return how many were put back."""
        fates = [(letter, self.plan.fate(letter)) for letter in letters]
        sent = [self.plan.publication(letter) for letter, fate in fates if fate == "replay"]
        self.publisher.publish(sent)
        over = [letter for letter, fate in fates if fate in ("replay", "copy")]
        self.shelf.settle([letter.delivery.tag for letter in over])
        self.shelf.hold([each.delivery.tag for each, fate in fates if fate in ("worn", "left")])
        self.fates.update(fate for _, fate in fates)
        return len(sent)
