"""What any process lets others see of it: a state of what all have, and the socket for it."""

from __future__ import annotations

import logging
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mqworker import __version__
from mqworker.config.settings import Settings
from mqworker.core.brake import Brake
from mqworker.core.errors import Misconfigured
from mqworker.core.histogram import Histogram
from mqworker.core.sight.state import Braking, Spread, State
from mqworker.service import Service
from mqworker.sight.directory import NONE, own_directory
from mqworker.sight.server import SightServer
from mqworker.sight.taps import Onlooker, Taps

log = logging.getLogger(__name__)

STATM = Path("/proc/self/statm")


class View:
    """Finds out what a process is at. `state` may be called by any thread.

    program: the command.
    """

    program = "run"

    def __init__(self, number: int | None, queues: tuple[str, ...], service: Service) -> None:
        """Look at a process; `number` is its place under its supervisor, None for no supervisor."""
        self.number = number or 0
        self.lead = os.getpid() if number is None else os.getppid()
        self.queues = queues
        self.service = service
        self.since = time.time()

    def attach(self, onlooker: Onlooker | None) -> None:
        """Have events shown to somebody, where there are any."""

    def state(self) -> State:
        """Return what the process is at."""
        service = self.service
        return State(
            program=self.program,
            version=__version__,
            pid=os.getpid(),
            worker=self.number,
            lead=self.lead,
            queues=self.queues,
            since=self.since,
            at=time.time(),
            counts={str(fact): count for fact, count in list(service.tally.counts.items())},
            letters=dict(service.tally.letters),
            latency=spread(service.tally.latency),
            sizes=spread(service.tally.sizes),
            ready=service.ready,
            doing="" if service.ready else service.doing,
            trouble=service.trouble,
            rss_bytes=resident_bytes(),
            cpu_s=processor_s(),
        )


def braking(brake: Brake) -> Braking:
    """Return whether a brake holds."""
    if brake.until is not None:
        return "holds"
    return "off" if brake.trial is None else "trial"


def spread(histogram: Histogram) -> Spread:
    """Return a histogram as a state has it."""
    return Spread(histogram.bounds, tuple(histogram.counts), histogram.total)


def resident_bytes() -> int:
    """Return how much memory this process has (proc(5), statm)."""
    return int(STATM.read_text().split()[1]) * resource.getpagesize()


def processor_s() -> float:
    """Return how much processor time this process has taken, with all of its threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@contextmanager
def seen(settings: Settings, name: str, view: View) -> Iterator[None]:
    """Serve this process's socket for a block; that it can't be had is told, and no obstacle.

    `name` is that of the queue, or of a program that has no queue of its own.
    """
    server = None
    if settings.socket_directory != NONE:
        try:
            directory = own_directory(name, settings.socket_directory, os.environ)
            server = SightServer(directory, view.state, Taps(view.attach))
        except (Misconfigured, OSError) as error:
            log.warning("no socket, so mqworker top and tap can't see this process: %s", error)
    try:
        yield
    finally:
        if server is not None:
            server.close()
