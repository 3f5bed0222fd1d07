"""`mqworker intake` as people start it, and a plain client for it."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from tests.daemons import Daemon

LISTENING = re.compile(r'listening on (https?)://(?:\[?)([^\s"\]]+)\]?:(\d+)')
READY = "listening on"
TAKES = "broker ready"


class Reply(NamedTuple):
    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


class IntakeDaemon(Daemon):
    """One `mqworker intake`."""

    def __init__(self, log: Path, *flags: str, **how: Any) -> None:
        super().__init__(log, *flags, command="intake", **how)

    @property
    def port(self) -> int:
        """The port that it listens on, once it does."""
        self.await_words(READY)
        found = LISTENING.search(self.log.read_text())
        assert found
        return int(found[3])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, context: ssl.SSLContext | None = None) -> http.client.HTTPConnection:
        """Return a connection to it."""
        if context:
            return http.client.HTTPSConnection("localhost", self.port, timeout=20, context=context)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        context: ssl.SSLContext | None = None,
    ) -> Reply:
        """Send one request on a connection of its own; return the answer."""
        connection = self.client(context)
        try:
            return ask(connection, method, path, body, headers)
        finally:
            connection.close()

    def raw(self, data: bytes, limit_s: float = 20.0) -> bytes:
        """Send bytes; return all that comes back until the connection is closed."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=limit_s) as connection:
            connection.sendall(data)
            return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    """Return all that comes until the other side closes or resets the connection."""
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except ConnectionResetError:
        pass
    return received


def ask(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes | str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Send one request on a connection; return the answer."""
    connection.request(method, path, body, dict(headers or {}))
    answer = connection.getresponse()
    return Reply(answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()})
