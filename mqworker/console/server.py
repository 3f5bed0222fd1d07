"""The console's life: listen, serve, and end what is being done in good order."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from importlib import resources

from mqworker.console.app import Console
from mqworker.core.story_style import DRAWING, PALETTE
from mqworker.intake.listening import Listener, configured
from mqworker.intake.protocol import ConnectionBounds

log = logging.getLogger(__name__)

BOUNDS = ConnectionBounds(connections=64, header_s=5.0, header_bytes=32 * 1024)
IDLE_S, DRAIN_S, BACKLOG = 30, 5, 64


def serve(console: Console, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until told to stop.

    Args:
        console: the application.
        listening: a bound socket.
        ready: called when people can come.
    """
    config = configured(
        console,
        BOUNDS,
        backlog=BACKLOG,
        timeout_keep_alive=IDLE_S,
        timeout_graceful_shutdown=DRAIN_S,
    )
    server = ReadyServer(config)
    server.ready = ready
    server.run([listening])
    console.pool.shutdown(wait=False, cancel_futures=True)
    log.info("stopped")


class ReadyServer(Listener):
    """Says when it listens."""

    ready: Callable[[], None]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        asyncio.get_running_loop().call_soon(self.ready)


def static_files() -> dict[str, bytes]:
    """Return what is no page, by path."""
    here = resources.files(__package__)
    own = (here / "console.css").read_text("utf-8")
    return {
        "/console.css": f"{PALETTE}{own}{DRAWING}".encode(),
        "/console.js": (here / "console.js").read_bytes(),
        "/icon.svg": (here / "icon.svg").read_bytes(),
    }
