"""Elasticsearch for the tests: the node as they see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.services.lifecycle import Lifecycle, await_ready
from tests.services.web import Answer, ask

START_LIMIT_S = 300


@dataclass
class Elasticsearch:
    """One Elasticsearch node.

    url: `http(s)://[user:password@]host:port`.
    version: of the server, as in "9.5.3".
    """

    lifecycle: Lifecycle
    url: str
    version: str = ""

    def start(self) -> None:
        """Start it unless it runs, and wait until it serves."""
        self.lifecycle.start()
        await_ready(self.lifecycle, "Elasticsearch", self._serves, START_LIMIT_S)

    def stop(self) -> None:
        """End it in good order; its data stays."""
        self.lifecycle.stop()

    def kill(self) -> None:
        """End it by SIGKILL."""
        self.lifecycle.kill()

    def restart(self) -> None:
        """Stop and start it."""
        self.stop()
        self.start()

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        """Send one request; `path` begins with a slash."""
        return ask(self.url, method, path, body)

    def _serves(self) -> bool:
        try:
            health = "/_cluster/health?wait_for_status=yellow&timeout=5s"
            return self.ask("GET", health).status == 200
        except OSError:
            return False
