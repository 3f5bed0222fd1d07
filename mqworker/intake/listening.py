"""uvicorn's server with mqworker's ways to listen and to stop; the intake's and the console's."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Iterator
from types import FrameType
from typing import Any

import uvicorn

from mqworker.intake.protocol import ConnectionBounds, bounded

log = logging.getLogger(__name__)


class Listener(uvicorn.Server):
    """Serves bound sockets until it is told to stop.

    handshake_s: how long a TLS handshake may take, in seconds.
    """

    handshake_s = 10.0

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Listen to TERM and INT; ending by them is no accident, so they are not raised again."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        yield

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        """Take no more; asked twice: end at once."""
        self.force_exit = self.should_exit
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so. uvicorn's own way has no time limit for TLS handshakes."""
        loop, config = asyncio.get_running_loop(), self.config
        self.servers = []

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


def configured(application: Any, bounds: ConnectionBounds, **more: Any) -> uvicorn.Config:
    """Return how uvicorn is to serve an application; `more` as `uvicorn.Config` has it."""
    config = uvicorn.Config(
        application,
        http=bounded(bounds),
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        **more,
    )
    config.load()
    return config


def shown(each: socket.socket, *, tls: bool) -> str:
    """Return the URL of a socket."""
    address: Any = each.getsockname()
    host = f"[{address[0]}]" if each.family == socket.AF_INET6 else address[0]
    return f"{'https' if tls else 'http'}://{host}:{address[1]}"
