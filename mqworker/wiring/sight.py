"""What a worker process lets others see of it: its parts -> a state, and the socket for it."""

from __future__ import annotations

import logging
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from mqworker import __version__
from mqworker.config.settings import Settings
from mqworker.core.brake import Brake
from mqworker.core.errors import Misconfigured
from mqworker.core.histogram import Histogram
from mqworker.core.receipts import Receipts
from mqworker.core.sight.state import Braking, Depth, Filled, Spread, State
from mqworker.ports import Gauged
from mqworker.service import Service
from mqworker.sight.directory import NONE, own_directory
from mqworker.sight.server import SightServer
from mqworker.sight.taps import Onlooker, Taps
from mqworker.worker import Worker

log = logging.getLogger(__name__)

MEASURE_S = 4.0
"""How often the broker is asked how full queues are, while somebody wants to know."""

INTEREST_S = 60.0
"""Who has asked for a state is taken to want another one within so many seconds."""

OLDEST_STAMP_S = 10 * 365 * 86400.0
"""What is older by its AMQP timestamp has a wrong one."""

STATM = Path("/proc/self/statm")


class View:
    """Finds out what a worker process is at. `state` is for any thread, `tend` for the worker's.

    What `state` reads is changed by the worker's thread meanwhile: each number is right by itself.
    """

    def __init__(self, number: int | None, queues: tuple[str, ...], service: Service) -> None:
        """Look at a process; `number` is its place under its supervisor, None for no supervisor."""
        self.number = number or 0
        self.lead = os.getpid() if number is None else os.getppid()
        self.queues = queues
        self.service = service
        self.since = time.time()
        self.worker: Worker | None = None
        self.onlooker: Onlooker | None = None
        self.asked = -INTEREST_S
        self.measured = -MEASURE_S
        self.measured_at = 0.0

    def begin(self, worker: Worker) -> None:
        """Look at a worker from now on."""
        self.worker = worker
        worker.writing.onlooker = self.onlooker

    def attach(self, onlooker: Onlooker | None) -> None:
        """Have the worker's bulks shown to somebody."""
        self.onlooker = onlooker
        if self.worker is not None:
            self.worker.writing.onlooker = onlooker

    def tend(self) -> None:
        """Ask the broker how full the queues are, if somebody wants to know, and not too often."""
        now = time.monotonic()
        if now - self.asked > INTEREST_S or now - self.measured < MEASURE_S:
            return
        self.measured = now
        if self.worker is not None and isinstance(self.worker.parts.source, Gauged):
            self.measured_at = time.time()
            self.worker.parts.source.measure()

    def state(self) -> State:
        """Return what the process is at."""
        self.asked = time.monotonic()
        service, worker = self.service, self.worker
        about = State(
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
        return about if worker is None else self.working(about, worker)

    def working(self, about: State, worker: Worker) -> State:
        """Return the state of a process whose worker works."""
        held_s, age_s = ages(worker.receipts, worker.clock(), about.at)
        identity = worker.parts.rules.identity
        replica = worker.correlating.replica
        return replace(
            about,
            fills=tuple(
                Filled(str(identity[position]), link, count)
                for (position, link), count in sorted(dict(worker.tally.fills).items())
            ),
            in_flight=worker.open,
            held_s=held_s,
            age_s=age_s,
            brake=braking(worker.brake),
            consuming=worker.parts.source.ready,
            depths=self.depths(worker),
            groups=sum(map(len, list(replica.groups.values())))
            + sum(map(len, list(replica.lone.values()))),
            links=len(replica.entries),
        )

    def depths(self, worker: Worker) -> dict[str, Depth]:
        """Return how full the queues are, as the broker told last."""
        source = worker.parts.source
        if not isinstance(source, Gauged):
            return {}
        return {queue: Depth(*depth, self.measured_at) for queue, depth in source.depths.items()}


def ages(receipts: Receipts, now: float, wall: float) -> tuple[float | None, float | None]:
    """Return for how long the oldest message in hand is held, and how old the oldest is.

    Args:
        receipts: what is in hand.
        now: monotonic seconds.
        wall: seconds since 1970.
    """
    waiting = receipts.waiting()
    if not waiting:
        return None, None
    stamps = [each.sent for each in waiting if 0 <= wall - each.sent < OLDEST_STAMP_S]
    return max(0.0, now - waiting[0].at), wall - min(stamps) if stamps else None


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
def seen(settings: Settings, view: View) -> Iterator[None]:
    """Serve this process's socket for a block; that it can't be had is told, and no obstacle."""
    server = None
    if settings.socket_directory != NONE:
        try:
            directory = own_directory(settings.first_queue, settings.socket_directory, os.environ)
            server = SightServer(directory, view.state, Taps(view.attach))
        except (Misconfigured, OSError) as error:
            log.warning("no socket, so mqworker top and tap can't see this process: %s", error)
    try:
        yield
    finally:
        if server is not None:
            server.close()
