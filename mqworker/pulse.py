"""Signs of life from the threads: who is on an errand, and when anything last came back.

An adapter says `answered()` where the other side has said anything, and `unanswered()` where a time
limit has passed in silence; both are of the errand that this thread is on, and of none elsewhere.
What it means is for `mqworker.core.liveness` to say.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

HERE = threading.local()


class Errand:
    """What one thread has been sent for. moved: its last answer, or its beginning."""

    def __init__(self, pulse: Pulse) -> None:
        self.pulse = pulse
        self.moved = pulse.clock()
        self.silent = False


class Pulse:
    """The signs of life of one worker; read by one thread, given by many.

    moved: when anything last came back, in monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.moved = clock()
        self.errands: dict[int, Errand] = {}

    def beat(self) -> None:
        """Note that something moved."""
        self.moved = self.clock()

    @contextmanager
    def errand(self) -> Iterator[None]:
        """Be on an errand for a block; its end is progress unless silence ended it."""
        errand = HERE.errand = self.errands[threading.get_ident()] = Errand(self)
        try:
            yield
        finally:
            del self.errands[threading.get_ident()]
            HERE.errand = None
            if not errand.silent:
                self.beat()

    def hanging_s(self, now: float) -> float:
        """Return how long the slowest errand has been without an answer, in seconds."""
        return max((now - errand.moved for errand in list(self.errands.values())), default=0.0)


def answered() -> None:
    """Note that the other side has said something, be it that it can't."""
    errand: Errand | None = getattr(HERE, "errand", None)
    if errand is not None:
        errand.silent = False
        errand.moved = errand.pulse.clock()
        errand.pulse.beat()


def unanswered() -> None:
    """Note that the other side has kept silent for as long as it may."""
    errand: Errand | None = getattr(HERE, "errand", None)
    if errand is not None:
        errand.silent = True
        errand.moved = errand.pulse.clock()
