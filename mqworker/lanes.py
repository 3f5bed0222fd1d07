"""Threads that block so that the main one need not: it hands work over and collects results.

The threads are daemons: a process that has to leave at once does not wait for a hung request.
What they had in hand is unacked and comes again.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from mqworker.core.errors import MqworkerError
from mqworker.pulse import Pulse

log = logging.getLogger(__name__)

Work = TypeVar("Work")
Result = TypeVar("Result")


class Finished(NamedTuple, Generic[Work, Result]):
    """Work that is done: its result, or None when it raised."""

    work: Work
    result: Result | None


class Lanes(Generic[Work, Result]):
    """`size` threads that call `do` on what is submitted. For use by one thread.

    pulse: told when a thread is on an errand.
    """

    def __init__(
        self, name: str, size: int, do: Callable[[Work], Result], pulse: Pulse | None = None
    ) -> None:
        self.name = name
        self.size = size
        self.busy = 0
        self.told = ""
        self.do = do
        self.pulse = pulse or Pulse()
        self.todo: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self.done: queue.SimpleQueue[Finished[Work, Result]] = queue.SimpleQueue()
        for number in range(size):
            thread = threading.Thread(target=self.work, name=f"{name}-{number}", daemon=True)
            thread.start()

    @property
    def free(self) -> bool:
        """Whether a thread is waiting for work."""
        return self.busy < self.size

    def submit(self, work: Work) -> None:
        """Hand work over."""
        self.busy += 1
        self.todo.put(work)

    def collect(self) -> list[Finished[Work, Result]]:
        """Return what has been finished since the last call; never blocks."""
        finished = [self.done.get() for _ in range(self.done.qsize())]
        self.busy -= len(finished)
        return finished

    def close(self) -> None:
        """Let the threads end when they have finished what they have."""
        for _ in range(self.size):
            self.todo.put(None)

    def work(self) -> None:
        """Do what is submitted, for ever. A defect in `do` costs a result, never the thread."""
        while (work := self.todo.get()) is not None:
            self.done.put(Finished(work, self.attempt(work)))
            del work  # else it would be held until there is other work

    def attempt(self, work: Work) -> Result | None:
        """Return the result of some work, None when it raised; say why, but not again and again."""
        try:
            with self.pulse.errand(self.name):
                result = self.do(work)
        except MqworkerError as error:
            if self.told != str(error):
                log.warning("%s: to be tried again: %s", self.name, error)
            self.told = str(error)
            return None
        except Exception:
            log.exception("%s: a background task failed", self.name)
            return None
        self.told = ""
        return result


class LaneMaker(Protocol):
    """What makes lanes: `Lanes` itself, or a test that decides when which work is done."""

    def __call__(self, name: str, size: int, do: Callable[[Any], Any]) -> Lanes[Any, Any]:
        """Return lanes."""
