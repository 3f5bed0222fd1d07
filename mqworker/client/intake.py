"""Sends events over HTTP to `POST /_bulk` of an intake, on a connection that is kept."""

from __future__ import annotations

import base64
import http.client
import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mqworker.client.answers import BAD, Answer, judge
from mqworker.client.dialing import dial
from mqworker.client.entry import Entry

MOST_ANSWER_BYTES = 16 * 2**20
LONGEST_WAIT_S = 300.0
LEFT_TO_PARENTS: list[http.client.HTTPConnection] = []


class Away(Exception):
    """There is no answer: try again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeOptions:
    """How to reach an intake.

    url: http:// or https://, with `user:password@` for basic auth; a path is a prefix.
    token_file: holds a bearer token; it is read with each connection, so that it can be changed.
    ca_file: PEM; the system's certificate authorities if None.
    cert_file, key_file: PEM, the client's certificate; the key may be in the same file.
    timeout_s: for connecting, and for each answer.
    """

    url: str = field(repr=False)
    token_file: str | None = None
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    timeout_s: float = 10.0


class IntakeTransport:
    """A connection to an intake; used by one thread."""

    def __init__(self, options: IntakeOptions) -> None:
        """Connect to nothing yet.

        Raises:
            ValueError: the URL makes no sense.
            OSError: a certificate can't be read.
        """
        self.options = options
        self.target = urlsplit(options.url)
        if self.target.scheme not in ("http", "https") or not self.target.hostname:
            raise ValueError("the URL of an intake is http://HOST:PORT or https://HOST:PORT")
        self.port = self.target.port  # which raises ValueError for one that is no number
        self.path = f"{self.target.path.rstrip('/')}/_bulk"
        self.context = self.security() if self.target.scheme == "https" else None
        self.connection: http.client.HTTPConnection | None = None
        self.headers: dict[str, str] = {}

    def security(self) -> ssl.SSLContext:
        """Return what TLS needs."""
        context = ssl.create_default_context(cafile=self.options.ca_file)
        if self.options.cert_file:
            context.load_cert_chain(self.options.cert_file, self.options.key_file)
        return context

    def send(self, entries: Sequence[Entry]) -> Answer:
        """Send events; a request that is too large or not understood is sent in halves.

        Raises:
            Away: there is no answer.
        """
        body = b"".join(entry.lines for entry in entries)
        try:
            status, wait_s, answer = self.ask(body)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Away(f"{self.shown}: {type(error).__name__}: {error}") from error
        if status in BAD and len(entries) > 1:
            half = len(entries) // 2
            return self.send(entries[:half]).and_then(self.send(entries[half:]))
        return judge(entries, status, answer, wait_s)

    @property
    def shown(self) -> str:
        """The URL without a password."""
        return f"{self.target.scheme}://{self.target.hostname}:{self.port or 'default'}{self.path}"

    def ask(self, body: bytes) -> tuple[int, float, bytes]:
        """Return status, `Retry-After` in seconds, and body of the answer.

        A connection that the other side has closed while it was idle is replaced at once.
        """
        kept = self.connection is not None
        try:
            return self.exchange(body)
        except (ConnectionError, http.client.BadStatusLine):
            self.close()
            if not kept:
                raise
            return self.exchange(body)

    def exchange(self, body: bytes) -> tuple[int, float, bytes]:
        """Send a request and read its answer."""
        if self.connection is None:
            self.headers = self.headers_now()
            self.connection = self.connected()
        self.connection.request("POST", self.path, body, self.headers)
        answer = self.connection.getresponse()
        read = answer.read(MOST_ANSWER_BYTES)
        if not answer.isclosed():
            self.close()
        wait = answer.headers.get("Retry-After") or "0"
        wait_s = min(float(wait), LONGEST_WAIT_S) if wait.isdecimal() else 0.0
        return answer.status, wait_s, read

    def connected(self) -> http.client.HTTPConnection:
        """Return a new connection."""
        host, timeout = str(self.target.hostname), self.options.timeout_s
        port = self.port or (443 if self.context else 80)
        connection = http.client.HTTPConnection(host, port, timeout=timeout)
        sock = dial(host, port, timeout)
        connection.sock = (
            self.context.wrap_socket(sock, server_hostname=host) if self.context else sock
        )
        return connection

    def headers_now(self) -> dict[str, str]:
        """Return the headers of each request, with what authorizes it."""
        headers = {"Content-Type": "application/x-ndjson", "User-Agent": "mqworker-client"}
        if self.options.token_file:
            token = Path(self.options.token_file).read_text("ascii").strip()
            headers["Authorization"] = f"Bearer {token}"
        elif self.target.username is not None:
            pair = f"{unquote(self.target.username)}:{unquote(self.target.password or '')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return headers

    def close(self) -> None:
        """Leave; a later `send` connects anew."""
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close()

    def forget(self) -> None:
        """Let go of the connection without a word: it is the parent process's.

        It is kept, without its file, for good: a thread of the parent may have held a lock in it
        at the fork, on which its end would wait for ever.
        """
        connection, self.connection = self.connection, None
        if connection is not None:
            LEFT_TO_PARENTS.append(connection)
            if connection.sock is not None:
                os.close(connection.sock.detach())
