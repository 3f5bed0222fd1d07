"""The server's life: listen, serve, and leave in good order."""

from __future__ import annotations

import asyncio
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
from typing import Any

import uvicorn

from mqworker.core.intake.metrics import Counts
from mqworker.intake.app import Intake
from mqworker.intake.protocol import ConnectionBounds, bounded
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


class Server(uvicorn.Server):
    """uvicorn's server, with mqworker's ways to stop and to report."""

    intake: Intake
    reload: Callable[[], str]
    service: Service
    handshake_s: float
    wants_reload = False
    last_report = 0.0
    told: tuple[int, int] = (0, 0)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Listen to TERM and INT; ending by them is no accident, so they are not raised again."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        signal.signal(signal.SIGHUP, self.ask_reload)
        yield

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        """Take no more; asked twice: end at once."""
        self.force_exit = self.should_exit
        self.should_exit = True

    def ask_reload(self, _number: int, _frame: FrameType | None) -> None:
        """Read who may send again, with the next tick."""
        self.wants_reload = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so. uvicorn's own way has no time limit for TLS handshakes."""
        loop, config = asyncio.get_running_loop(), self.config

        def connection() -> asyncio.Protocol:
            return config.http_protocol_class(  # type: ignore[call-arg]
                config=config, server_state=self.server_state, app_state={}
            )

        tls: dict[str, Any] = {"ssl_handshake_timeout": self.handshake_s} if config.ssl else {}
        for each in sockets or ():
            listening = await loop.create_server(
                connection, sock=each, ssl=config.ssl, backlog=config.backlog, **tls
            )
            self.servers.append(listening)
            log.info("listening on %s", shown(each, tls=config.ssl is not None))
        self.started = True

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
    server.intake, server.reload, server.servers = intake, serving.reload, []
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
    config = uvicorn.Config(
        intake,
        http=bounded(serving.bounds),
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=serving.idle_s,
        timeout_graceful_shutdown=serving.drain_s,
    )
    config.load()
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


def shown(each: socket.socket, *, tls: bool) -> str:
    """Return the URL of a socket."""
    address: Any = each.getsockname()
    host = f"[{address[0]}]" if each.family == socket.AF_INET6 else address[0]
    return f"{'https' if tls else 'http'}://{host}:{address[1]}"
