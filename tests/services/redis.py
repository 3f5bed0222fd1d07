"""Redis for the tests."""

from __future__ import annotations

import os
import shutil
import socket
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.services.lifecycle import Lifecycle, ServiceMissing, await_ready
from tests.services.program import Program, free_port

START_LIMIT_S = 20
HOW_TO_GET = (
    "Redis is missing: apt-get install redis-server (as root), "
    "or name one by MQWORKER_TEST_REDIS_URL"
)
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


def start_local(directory: Path) -> Redis:
    """Start a server of its own on this machine; `directory` holds all of its state."""
    program = shutil.which("redis-server")
    if program is None:
        raise ServiceMissing(HOW_TO_GET)
    port = free_port()
    place = {"bind": "127.0.0.1", "port": str(port), "dir": str(directory)}
    flags = [word for name, value in (place | OPTIONS).items() for word in (f"--{name}", value)]
    lifecycle = Program([program, *flags], {"PATH": os.environ["PATH"]}, directory)
    server = Redis(lifecycle, f"redis://127.0.0.1:{port}/0")
    server.start()
    return server
