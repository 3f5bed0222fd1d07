"""The life of a worker process: signals, reload, reports, and leaving in good order.

TERM or INT: finish what is in flight within the drain limit, then leave; a second one: at once.
HUP: read schemas and configuration again, and keep the old ones if the new are bad.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Mapping
from types import FrameType

from mqworker.core.errors import MqworkerError, Unavailable
from mqworker.core.policy import Policy
from mqworker.garbage import Garbage
from mqworker.ports import Sink
from mqworker.service import Service
from mqworker.telemetry import Fact, Tally
from mqworker.worker import Worker

log = logging.getLogger(__name__)

PAUSE_S = 2.0
"""Between two attempts to reach a service at the start, in seconds."""

REPORT_S = 60.0
"""How often counts are logged, in seconds; not at all while nothing happens."""

DONE = 0
UNSETTLED = 75
"""Exit status (EX_TEMPFAIL): the drain limit passed, and unsettled messages went back."""


class Signals:
    """What was asked of this process so far; `orphaned` tells whether its supervisor is gone."""

    def __init__(self, orphaned: Callable[[], bool] = lambda: False) -> None:
        self.orphaned = orphaned
        self.stops = 0
        self.reload = False

    @property
    def stopping(self) -> bool:
        """Whether to come to an end: on a signal, or because the supervisor is gone."""
        return self.stops > 0 or self.orphaned()

    def install(self) -> None:
        """Listen to TERM, INT and HUP from now on; a supervisor has held HUP back until then."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        signal.signal(signal.SIGHUP, self.ask_reload)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})

    def stop(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """Ask for an end; asked twice: at once."""
        self.stops += 1

    def ask_reload(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """Ask for a reload."""
        self.reload = True


class Reporter:
    """Logs the counts of the last minute, and all of them at the end."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.last = time.monotonic()

    def report(self) -> None:
        """Log what happened since the last report, if it is time for it."""
        now = time.monotonic()
        if now - self.last < REPORT_S:
            return
        self.last = now
        if news := self.tally.news():
            log.info("last minute %s", spell(news))

    def conclude(self) -> None:
        """Log everything that happened."""
        log.info("altogether %s", spell(self.tally.counts))


def spell(counts: Mapping[Fact, int]) -> str:
    """Write counts as key=value."""
    return " ".join(f"{name}={number}" for name, number in counts.items()) or "nothing"


def verified(
    sink: Sink, signals: Signals, pause_s: float = PAUSE_S, service: Service | None = None
) -> None:
    """Wait until the sink answers and can store documents.

    Raises:
        Misconfigured: it answers, and can't.
    """
    wait_for("sink", sink.verify, signals, pause_s, service)


def recalled(
    worker: Worker, signals: Signals, pause_s: float = PAUSE_S, service: Service | None = None
) -> None:
    """Wait until a worker has read everything that is remembered.

    Raises:
        Misconfigured: the memory answers, and can't be used.
    """

    def load() -> str:
        worker.correlating.load()
        groups = worker.correlating.replica.groups
        return f"{sum(map(len, groups.values()))} groups of events in {len(groups)} buckets of time"

    wait_for("memory", load, signals, pause_s, service)


def wait_for(
    name: str,
    attempt: Callable[[], str],
    signals: Signals,
    pause_s: float,
    service: Service | None = None,
) -> None:
    """Try until a service answers, or until told to stop; log its answer.

    Args:
        name: of the service, for people.
        attempt: raises Unavailable when there is no answer.
        signals: what the operator asks.
        pause_s: how long to wait between two attempts.
        service: told that the start goes on.
    """
    told, service = False, service or Service()
    service.starting(f"opening the {name}")
    while not signals.stopping:
        try:
            log.info("%s ready: %s", name, attempt())
        except Unavailable as error:
            if not told:
                log.warning("%s not there yet, waiting: %s", name, error)
            told = True
            service.starting(f"waiting for the {name}: {error}")
            time.sleep(pause_s)
        else:
            return


def run(
    worker: Worker,
    signals: Signals,
    reload: Callable[[], Policy],
    service: Service | None = None,
    look: Callable[[], None] = lambda: None,
) -> int:
    """Work until told to stop, then drain; return the exit status.

    Args:
        worker: ready to take its first turn.
        signals: what the operator asks.
        reload: reads schemas and configuration again; raises MqworkerError if they are bad.
        service: told how the worker gets on.
        look: called in every turn.
    """
    service, garbage = service or Service(), Garbage()
    garbage.begin()

    def tend() -> None:
        service.tend(worker.open, consuming=worker.parts.source.ready)
        look()
        garbage.tend()

    def hurry() -> bool:
        tend()
        return signals.stops > 1

    reporter = Reporter(worker.tally)
    try:
        while not signals.stopping:
            worker.turn()
            reporter.report()
            tend()
            if signals.reload:
                signals.reload = False
                service.reloading()
                service.reloaded(renew(worker, reload))
        log.info("stopping: %d messages in flight", worker.open)
        service.stopping(worker.open)
        settled = worker.drain(hurry)
    finally:
        worker.close()
        reporter.conclude()
        garbage.end()
    if not settled:
        log.warning("left with %d unsettled messages; the broker delivers them again", worker.open)
    return DONE if settled else UNSETTLED


def renew(worker: Worker, reload: Callable[[], Policy]) -> str:
    """Take the new policy if it is good; log what came of it, and return it for people."""
    try:
        worker.policy = reload()
    except MqworkerError as error:
        log.error("reload refused, the old configuration stays: %s", error)  # noqa: TRY400 - for the operator, not a defect
        return f"reload refused, the old configuration stays: {error}"
    log.info("reloaded schemas and configuration")
    return "reloaded schemas and configuration"
