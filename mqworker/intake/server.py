"""The server's life: listen, serve, and leave in good order."""

from __future__ import annotations

import contextlib
import gc
import logging
import resource
import signal
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import FrameType

import uvicorn

from mqworker.core.intake.metrics import Counts
from mqworker.intake.app import Intake
from mqworker.intake.listening import Listener, configured
from mqworker.intake.protocol import ConnectionBounds
from mqworker.service import Service
from mqworker.telemetry import Fact

log = logging.getLogger(__name__)

BACKLOG = 1024
REPORT_S = 60.0
OTHER_FILES = 200
TICKS_PER_S = 10
"""uvicorn asks `on_tick` so often."""


@dataclass(frozen=True, slots=True)
class Serving:
    """How to serve.

    sockets: bound, not yet listening.
    tls: None for plain HTTP.
    idle_s: how long a connection without a request stays open, in seconds.
    drain_s: how long to finish what is in hand at the end, in seconds.
    reload: called on SIGHUP; returns what came of it, for people.
    service: told how it gets on.
    """

    sockets: Sequence[socket.socket]
    tls: ssl.SSLContext | None = None
    idle_s: int = 60
    drain_s: int = 25
    bounds: ConnectionBounds = field(default_factory=ConnectionBounds)
    reload: Callable[[], str] = lambda: ""
    service: Service = field(default_factory=Service)


class Server(Listener):
    """The intake's server: it reloads and reports."""

    intake: Intake
    reload: Callable[[], str]
    service: Service
    wants_reload = False
    last_report = 0.0
    told: tuple[int, int] = (0, 0)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Listen to HUP, too."""
        signal.signal(signal.SIGHUP, self.ask_reload)
        with super().capture_signals():
            yield

    def ask_reload(self, _number: int, _frame: FrameType | None) -> None:
        """Read who may send again, with the next tick."""
        self.wants_reload = True

    async def on_tick(self, counter: int) -> bool:
        """Tell how it gets on, report now and then, and reload when asked to."""
        self.tend()
        if self.wants_reload:
            self.wants_reload = False
            self.service.reloading()
            self.service.reloaded(self.reload())
        if counter % TICKS_PER_S == 0 and time.monotonic() - self.last_report >= REPORT_S:
            self.report()
        return await super().on_tick(counter)

    def tend(self) -> None:
        """Tell the service manager: only while the loop turns, and from when it listens."""
        intake, service = self.intake, self.service
        if self.should_exit:
            service.stopping(intake.in_flight)
            return
        service.tally.counts = facts(intake.counts)
        service.tend(intake.in_flight, consuming=intake.outflow.ready)

    def report(self) -> None:
        """Log what happened, if anything did."""
        self.last_report = time.monotonic()
        counts = self.intake.counts
        if (counts.events, counts.refused) != self.told:
            self.told = counts.events, counts.refused
            requests = counts.requests.total()
            log.info(
                "altogether requests=%d events=%d refused=%d dead_lettered=%d",
                *(requests, counts.events, counts.refused, counts.letters),
            )


def serve(intake: Intake, serving: Serving) -> None:
    """Serve until told to stop, then finish what is in hand."""
    server = Server(configuration(intake, serving))
    server.intake, server.reload = intake, serving.reload
    server.service = serving.service
    server.handshake_s = serving.bounds.header_s
    intake.connections = lambda: len(server.server_state.connections)
    tend_garbage()
    make_room(serving.bounds.connections)
    try:
        server.run(list(serving.sockets))
    finally:
        intake.outflow.close()
        server.report()
    log.info("stopped")


def configuration(intake: Intake, serving: Serving) -> uvicorn.Config:
    """Return how uvicorn is to serve."""
    config = configured(
        intake,
        serving.bounds,
        backlog=BACKLOG,
        timeout_keep_alive=serving.idle_s,
        timeout_graceful_shutdown=serving.drain_s,
    )
    config.ssl = serving.tls
    return config


def facts(counts: Counts) -> Counter[Fact]:
    """Return what the intake counts under the names that rates are told by."""
    return Counter({"published": counts.events, "dead_lettered": counts.letters})


def tend_garbage() -> None:
    """Let the collector look rarely, and at what is new only: next to no cycles are made."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def make_room(connections: int) -> None:
    """Let the process open as many files as it may have connections, as far as it is allowed to."""
    wanted = connections + OTHER_FILES
    with contextlib.suppress(OSError):  # a sandbox may forbid it
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft < wanted:
            most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
