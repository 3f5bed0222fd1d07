"""Several worker processes under one: a dead one is started again, a signal reaches all.

1. Workers are forked before anything is opened: no connection, file or thread is shared.
2. A worker notices the end of its supervisor, however that came, by the end of a pipe.
3. A worker that ends with a configuration error ends them all: starting it again is no cure.
4. For systemd it speaks for all of its workers (`mqworker.oversight`).
"""

from __future__ import annotations

import logging
import os
import select
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from mqworker.core.backoff import Backoff
from mqworker.oversight import Oversight, unwatched

log = logging.getLogger(__name__)

CONFIGURATION_ERROR = 78
POLL_S = 0.1
AIDE = -1
"""The place of the aide's process."""

LONG_LIFE_S = 60.0
"""A worker that lived this long starts again at once; one that did not waits longer each time."""

STOPS = frozenset({signal.SIGTERM, signal.SIGINT})
HEARD = frozenset({*STOPS, signal.SIGHUP})

Orphaned = Callable[[], bool]
"""Tells whether the supervisor is gone."""


@dataclass(slots=True)
class Child:
    """The place of one worker process; `pid` is 0 while there is none."""

    number: int
    pid: int = 0
    started: float = 0.0
    failures: int = 0
    not_before: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Keeps `size` workers running.

    work: what a worker does until its end, in its own process; returns the exit status.
    oversight: what hears the workers, and speaks for them.
    aide: what one more process does, for the workers' sake; it is ended after them, by SIGTERM.
    number: in a worker's process, its place.
    """

    size: int
    work: Callable[[Orphaned], int]
    backoff: Backoff = field(default_factory=lambda: Backoff(0.5, 30.0))
    oversight: Oversight = field(default_factory=unwatched)
    aide: Callable[[Orphaned], int] | None = None
    children: list[Child] = field(default_factory=list)
    heard: list[int] = field(default_factory=list)
    stopping: bool = False
    status: int = 0
    number: int = 0
    beside: Child = field(default_factory=lambda: Child(AIDE))

    def run(self) -> int:
        """Start the workers, stay until told to stop, and return the worst exit status."""
        self.children = [Child(number) for number in range(self.size)]
        pipe = os.pipe()
        for number in HEARD:
            signal.signal(number, self.hear)
        while not self.stopping or any(child.pid for child in self.children):
            self.start_missing(pipe)
            self.keep_aide(pipe)
            self.pass_on()
            self.reap()
            self.oversight.tend()
            time.sleep(POLL_S)
        self.dismiss_aide()
        self.oversight.close()
        return self.status

    def hear(self, number: int, _frame: FrameType | None = None) -> None:
        """Take note of a signal."""
        self.heard.append(number)

    def pass_on(self) -> None:
        """Send every worker the signals that came."""
        while self.heard:
            number = self.heard.pop(0)
            if number in STOPS:
                self.stopping = True
                self.oversight.stop()
            else:
                self.oversight.reload()
            self.tell(number)

    def tell(self, number: int) -> None:
        """Send every worker a signal."""
        for child in self.children:
            if child.pid:
                os.kill(child.pid, number)

    def start_missing(self, pipe: tuple[int, int]) -> None:
        """Start a worker in each place that has none, unless it has to wait."""
        now = time.monotonic()
        for child in self.children:
            if not child.pid and not self.stopping and now >= child.not_before:
                child.pid, child.started = self.fork(child.number, pipe), now
                self.oversight.started(child.pid)
                log.info("worker %d started pid=%d", child.number, child.pid)

    def keep_aide(self, pipe: tuple[int, int]) -> None:
        """Start the aide, if there shall be one, and again when it has ended."""
        beside, now = self.beside, time.monotonic()
        if beside.pid and has_ended(beside.pid):
            os.waitpid(beside.pid, 0)
            log.error("the aide ended pid=%d", beside.pid)
            beside.pid, beside.not_before = 0, now + self.backoff.most_s
        if self.aide is not None and not beside.pid and now >= beside.not_before:
            beside.pid = self.fork(AIDE, pipe)

    def dismiss_aide(self) -> None:
        """End the aide."""
        if self.beside.pid:
            os.kill(self.beside.pid, signal.SIGTERM)
            os.waitpid(self.beside.pid, 0)

    def fork(self, number: int, pipe: tuple[int, int]) -> int:
        """Start the worker process of a place; return its pid.

        Signals are held back until the child has forgotten the supervisor's handlers: one that
        came in between would be lost.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
        pid = os.fork()
        if not pid:
            self.number = number
            self.live(pipe)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
        return pid

    def live(self, pipe: tuple[int, int]) -> None:
        """Be a worker process, to the end. Never returns.

        HUP is held back until the worker listens to it (`Signals.install`): it would be its end.
        """
        reading, writing = pipe
        os.close(writing)
        self.oversight.introduce(os.environ)
        for number in HEARD:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        status = 1
        try:
            work = self.aide if self.number == AIDE and self.aide else self.work
            status = work(lambda: bool(select.select([reading], [], [], 0)[0]))
        except BaseException:
            log.exception("worker failed")
        finally:
            logging.shutdown()
            os._exit(status)

    def reap(self) -> None:
        """Take note of workers that ended."""
        for child in self.children:
            if child.pid and has_ended(child.pid):
                _, status = os.waitpid(child.pid, 0)
                self.ended(child, os.waitstatus_to_exitcode(status))

    def ended(self, child: Child, status: int) -> None:
        """Plan the next start of a worker that ended, or the end of all of them."""
        now = time.monotonic()
        log.log(
            logging.INFO if self.stopping else logging.ERROR,
            "worker %d ended pid=%d status=%d",
            child.number,
            child.pid,
            status,
        )
        self.oversight.ended(child.pid)
        child.failures = 0 if now - child.started > LONG_LIFE_S else child.failures + 1
        child.pid, child.not_before = 0, now + self.backoff.delay_s(child.failures, 0.0) / 2
        if self.stopping or status == CONFIGURATION_ERROR:
            self.status = max(self.status, status)
        if status == CONFIGURATION_ERROR and not self.stopping:
            self.stopping = True
            self.tell(signal.SIGTERM)


def has_ended(pid: int) -> bool:
    """Tell whether a child has ended; it is still to be waited for."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
