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

from mqworker.core.errors import Unavailable

HERE = threading.local()


class Errand:
    """What one thread has been sent for.

    kind: what it is about: bulk, memory … moved: its last answer, or its beginning.
    silent: whether the last request was not answered within its time limit.
    """

    def __init__(self, pulse: Pulse, kind: str) -> None:
        self.pulse = pulse
        self.kind = kind
        self.began = self.moved = pulse.clock()
        self.silent = False


class Pulse:
    """The signs of life of one worker; read by one thread, given by many.

    moved: when anything last came back, in monotonic seconds.
    silences: for each kind of errand that gets no answers, since when.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.moved = clock()
        self.errands: dict[int, Errand] = {}
        self.silences: dict[str, float] = {}

    def beat(self) -> None:
        """Note that something moved."""
        self.moved = self.clock()

    def rest(self) -> None:
        """Note that nothing is awaited."""
        self.beat()
        self.silences.clear()

    @contextmanager
    def errand(self, kind: str) -> Iterator[None]:
        """Be on an errand for a block; its end is progress unless silence ended it.

        One within another takes its place meanwhile; its time is not that of the other.
        """
        outer: Errand | None = getattr(HERE, "errand", None)
        errand = HERE.errand = self.errands[threading.get_ident()] = Errand(self, kind)
        try:
            yield
        finally:
            HERE.errand = outer
            if outer is None:
                del self.errands[threading.get_ident()]
            else:
                outer.moved += self.clock() - errand.began
                self.errands[threading.get_ident()] = outer
            if errand.silent:
                self.silences.setdefault(kind, errand.began)
            else:
                self.heard(kind)

    def heard(self, kind: str) -> None:
        """Note an answer to an errand of a kind."""
        self.silences.pop(kind, None)
        self.beat()

    def slowest(self, now: float) -> tuple[str, float]:
        """Return what has been without an answer for longest: its kind, and seconds."""
        waits = [(errand.kind, now - errand.moved) for errand in list(self.errands.values())]
        waits += [(kind, now - since) for kind, since in list(self.silences.items())]
        return max(waits, key=lambda wait: wait[1], default=("", 0.0))


def answered() -> None:
    """Note that the other side has said something, be it that it can't."""
    errand: Errand | None = getattr(HERE, "errand", None)
    if errand is not None:
        errand.silent = False
        errand.moved = errand.pulse.clock()
        errand.pulse.heard(errand.kind)


def unanswered() -> None:
    """Note that the other side has kept silent for as long as it may."""
    errand: Errand | None = getattr(HERE, "errand", None)
    if errand is not None:
        errand.silent = True
        errand.moved = errand.pulse.clock()


def failed(error: Exception) -> None:
    """Note how one of several attempts of an errand failed: an answer, unless it is silence."""
    if not (isinstance(error, Unavailable) and error.silent):
        answered()
