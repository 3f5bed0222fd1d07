"""Redis for the tests: the server as they see it."""

from __future__ import annotations

import socket
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.services.lifecycle import Lifecycle, await_ready

START_LIMIT_S = 60
OPTIONS = {"appendonly": "yes", "maxmemory-policy": "noeviction", "save": ""}


@dataclass
class Redis:
    """One Redis server; url: `redis://host:port/0`."""

    lifecycle: Lifecycle
    url: str

    def start(self) -> None:
        """Start it unless it runs, and wait until clients are served."""
        self.lifecycle.start()
        await_ready(self.lifecycle, "Redis", self._serves, START_LIMIT_S)

    def stop(self) -> None:
        """End it in good order; what it holds stays."""
        self.lifecycle.stop()

    def kill(self) -> None:
        """End it by SIGKILL."""
        self.lifecycle.kill()

    def restart(self) -> None:
        """Stop and start it."""
        self.stop()
        self.start()

    def _serves(self) -> bool:
        where = urlsplit(self.url)
        try:
            with closing(socket.create_connection((where.hostname, where.port), 5)) as link:
                link.sendall(b"PING\r\n")
                return link.recv(5) == b"+PONG"
        except OSError:
            return False
