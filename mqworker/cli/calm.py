"""A log handler before another one, which keeps a flood of equal messages from it.

Messages are of one kind when logger, level and format string are the same, whatever the arguments;
two exceptions are of one kind when they are of one type and were raised in the same line.

1. What was held back is told once its window is over, also when nothing is logged any more, and at
   the end.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Hashable

from mqworker.core.repeats import Bound, Repeats

WORDS = re.compile(r"[A-Za-z]{2}")
PLACEHOLDER = re.compile(r"%[-#0 +]*[\d.]*[a-zA-Z]")

NEVER_HELD = frozenset({"mqworker.supervisor"})
"""Lives of processes, which a backoff bounds. Their process forks, and may have no other thread."""


class Calm(logging.Handler):
    """Hands records on to `target`, of each kind only so many in a window."""

    def __init__(
        self,
        target: logging.Handler,
        bound: Bound | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Hand records on; `clock` gives seconds and never goes back."""
        super().__init__()
        self.target = target
        self.bound = bound or Bound()
        self.clock = clock
        self.repeats = Repeats(self.bound)
        self.last: dict[Hashable, logging.LogRecord] = {}
        self.timer: threading.Timer | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a record on, or hold it back."""
        now = self.clock()
        self.tell(self.repeats.over(now))
        kind = kind_of(record)
        if record.name in NEVER_HELD or self.repeats.says(kind, now):
            self.target.handle(record)
        else:
            self.last[kind] = record
            self.look_later()

    def look_later(self) -> None:
        """See to it that what is held back is told, also if nothing more is logged."""
        if self.timer is None or not self.timer.is_alive():  # which a forked child's never is
            self.timer = threading.Timer(self.bound.window_s, self.look)
            self.timer.daemon = True
            self.timer.name = "logs"
            self.timer.start()

    def look(self) -> None:
        """Tell of the windows that are over."""
        self.acquire()
        try:
            self.timer = None
            self.tell(self.repeats.over(self.clock()))
            if self.last:
                self.look_later()
        finally:
            self.release()

    def tell(self, held: dict[Hashable, int]) -> None:
        """Say how many of each kind were held back."""
        for kind, count in held.items():
            self.target.handle(summary(self.last.pop(kind), count, self.bound.window_s))

    def close(self) -> None:
        """Tell of everything that is held back, and close the other handler."""
        self.acquire()
        try:
            if self.timer is not None:
                self.timer.cancel()
            self.tell(self.repeats.rest())
        finally:
            self.release()
        self.target.close()
        super().close()


def kind_of(record: logging.LogRecord) -> Hashable:
    """Return what is the same in records of one kind.

    A format without words of its own ("%s") is none: there its whole text tells.
    """
    form = str(record.msg)
    text = form if WORDS.search(PLACEHOLDER.sub("", form)) else record.getMessage()
    return record.name, record.levelno, text, origin(record)


def origin(record: logging.LogRecord) -> Hashable:
    """Return the type of a record's exception and where it was raised, None if it has none."""
    if not record.exc_info or record.exc_info[1] is None:
        return None
    trace = record.exc_info[2]
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = (trace.tb_frame.f_code.co_filename, trace.tb_lineno) if trace else None
    return record.exc_info[0], where


def summary(last: logging.LogRecord, held: int, window_s: float) -> logging.LogRecord:
    """Return the record that tells how many were held back, and what the last of them said."""
    made = logging.LogRecord(
        last.name,
        last.levelno,
        last.pathname,
        last.lineno,
        "%d more like this in %.0f s, the last: %s",
        (held, window_s, last.getMessage()),
        None,
        last.funcName,
    )
    made.held_back = held
    return made
