"""An HTTP server that answers as it is told: for failures that no real service can be made to have.

    with scripted() as server:
        server.script += [Answer(503), Hang(), Cut(), Answer(body=b"{}", sent=1)]

Each request takes the next entry of the script; when it is used up, `server.otherwise` answers.
An entry is called with the request, so a function will do as well.
"""

from __future__ import annotations

import json
import ssl
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

JSON = "application/json"


@dataclass(frozen=True)
class Request:
    """What came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """An answer; of its body only the first `sent` bytes leave, then the connection is cut."""

    status: int = 200
    body: bytes = b"{}"
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    sent: int | None = None

    def __call__(self, _: Request) -> Answer:
        """Answer any request."""
        return self


@dataclass(frozen=True)
class Hang:
    """Takes the request and keeps silent, until the server ends or `limit_s` has passed."""

    limit_s: float = 60.0

    def __call__(self, _: Request) -> Hang:
        """Answer no request."""
        return self


@dataclass(frozen=True)
class Cut:
    """Takes the request and cuts the connection."""

    def __call__(self, _: Request) -> Cut:
        """Answer no request."""
        return self


@dataclass(frozen=True)
class Raw:
    """Sends bytes that need not be HTTP, and cuts the connection."""

    sent: bytes

    def __call__(self, _: Request) -> Raw:
        """Answer any request."""
        return self


@dataclass(frozen=True)
class Drip:
    """Answers a byte at a time, and comes to no end: no limit on silence ever ends that."""

    def __call__(self, _: Request) -> Drip:
        """Answer any request."""
        return self


Reply = Answer | Hang | Cut | Raw | Drip
Entry = Callable[[Request], Reply]


def json_answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """Make an answer as Elasticsearch gives it."""
    product = {"X-Elastic-Product": "Elasticsearch"}
    return Answer(status, json.dumps(body).encode(), JSON, product | (headers or {}))


def bulk_created(request: Request) -> Answer:
    """Answer a bulk request as if each document had been created."""
    lines = request.body.splitlines()
    items = [{next(iter(json.loads(line))): {"status": 201}} for line in lines[::2]]
    return json_answer({"items": items})


def none_found(request: Request) -> Answer:
    """Answer a multi-get request as if none of the documents were there."""
    return json_answer(
        {"docs": [each | {"found": False} for each in json.loads(request.body)["docs"]]}
    )


@dataclass
class Scripted:
    """A running server."""

    url: str
    otherwise: Entry
    script: deque[Entry] = field(default_factory=deque)
    requests: list[Request] = field(default_factory=list)
    ended: Event = field(default_factory=Event)

    def reply(self, request: Request) -> Reply:
        """Take the request down and say what to do."""
        self.requests.append(request)
        entry = self.script.popleft() if self.script else self.otherwise
        return entry(request)


@contextmanager
def scripted(
    otherwise: Entry = bulk_created, tls: ssl.SSLContext | None = None
) -> Iterator[Scripted]:
    """Run a server on a free port of this machine, with TLS where a context is given."""
    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    scheme = "http" if tls is None else "https"
    address = f"{scheme}://127.0.0.1:{server.server_address[1]}"
    server.told = told = Scripted(address, otherwise)  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield told
    finally:
        told.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


class Server(ThreadingHTTPServer):
    """Takes as many connections at once as a test cares to open."""

    daemon_threads = True
    request_queue_size = 128


class Handler(BaseHTTPRequestHandler):
    """One connection to a scripted server."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self) -> None:
        told: Scripted = self.server.told  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = told.reply(Request(self.command, self.path, headers, body))
        self.close_connection = not isinstance(reply, Answer) or reply.sent is not None
        match reply:
            case Answer():
                self.send(reply)
            case Hang(limit_s):
                told.ended.wait(limit_s)
            case Raw(sent):
                self.wfile.write(sent)
            case Drip():
                self.send(Answer(body=b" " * 100_000, sent=1))
                while not told.ended.wait(0.2):
                    self.wfile.write(b" ")

    def send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("content-type", answer.content_type)
        self.send_header("content-length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body if answer.sent is None else answer.body[: answer.sent])

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 (http.server says so)

    def handle(self) -> None:
        """Serve; a client that turns away is part of many a test."""
        with suppress(OSError):
            super().handle()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
