"""`mqworker console` as people start it, and somebody who was let in."""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.daemons import Daemon, await_condition
from tests.intakes import Reply, ask, read_all
from tests.pages import Page

ADDRESS = re.compile(r"^(http://127\.0\.0\.1:(\d+)/)(?:\?token=(\S+))?$", re.MULTILINE)
LIMIT_S = 30.0


class ConsoleDaemon(Daemon):
    """One `mqworker console`; `address` lets in."""

    def __init__(self, log: Path, *flags: str, **how: Any) -> None:
        super().__init__(log, *flags, command="console", **how)
        self.cookie = ""

    def found(self) -> re.Match[str]:
        told: re.Match[str] = await_condition(
            lambda: ADDRESS.search(self.log.read_text()), LIMIT_S, self.log
        )
        return told

    @property
    def address(self) -> str:
        return self.found()[0]

    @property
    def url(self) -> str:
        return self.found()[1].rstrip("/")

    @property
    def port(self) -> int:
        return int(self.found()[2])

    @property
    def token(self) -> str:
        return self.found()[3]

    def ask(
        self, method: str, path: str, fields: Mapping[str, str] | None = None, **headers: str
    ) -> Reply:
        """Ask as a browser that was let in, if it was."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        named = {"Cookie": self.cookie, "Origin": self.url} | {
            name.replace("_", "-"): text for name, text in headers.items()
        }
        body = None if fields is None else urlencode(fields)
        try:
            return ask(connection, method, path, body, named)
        finally:
            connection.close()

    def enter(self) -> None:
        """Be let in by the token."""
        self.cookie = ""
        reply = self.ask("GET", f"/?token={self.token}")
        self.cookie = reply.headers["set-cookie"].partition(";")[0]

    def page(self, path: str, status: int = 200) -> Page:
        """Return a page, also when another one leads to it."""
        reply = self.ask("GET", path)
        while reply.status == http.client.SEE_OTHER:
            path = reply.headers["location"]
            reply = self.ask("GET", path)
        assert status == reply.status, reply.body.decode()
        return Page(reply.body.decode())

    def submit(self, path: str, fields: Mapping[str, str]) -> Page:
        """Send a form; return the page that it leads to."""
        reply = self.ask("POST", path, fields)
        assert http.client.SEE_OTHER == reply.status, reply.body.decode()
        return self.page(reply.headers["location"])

    def raw(self, data: bytes, limit_s: float = 20.0) -> bytes:
        """Send bytes; return all that comes back until the connection is closed."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=limit_s) as connection:
            connection.sendall(data)
            return read_all(connection)
