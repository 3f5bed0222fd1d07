"""A reverse proxy before Elasticsearch, which answers by a script when it is told to.

================  ================================================================================
429, 503          every request is answered so, and not passed on
429 by item       bulk requests are answered with 200 and a 429 for each item, and not passed on
slow              requests are passed on late, and so in another order; also those of the dead
unanswered        requests are passed on, and the connection is closed instead of an answer
413               requests above `LARGEST` are answered so; no single document is as large
================  ================================================================================
"""

from __future__ import annotations

import http.client
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import orjson

from tests.stubs.scripted import Server

LARGEST = 40_000
UPSTREAM_LIMIT_S = 60.0
HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive", "date", "server"}
ITEM = {
    "status": 429,
    "error": {"type": "es_rejected_execution_exception", "reason": "the queue is full"},
}


class Gate:
    """What the gate does now, and what it did; `mode` is "" when all is passed on.

    delay_s: of the mode slow, on average. refused: how many answers were scripted.
    """

    def __init__(self, upstream: str) -> None:
        where = urlsplit(upstream)
        self.upstream = where.hostname or "", where.port or 9200
        self.mode = ""
        self.delay_s = 0.0
        self.refused = 0
        self.port = 0


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self) -> None:
        """Answer one request as the mode says."""
        gate: Gate = self.server.gate  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if scripted := refusal(gate.mode, self.path, body):
            gate.refused += 1
            status, text = scripted
            self.send(status, {"content-type": "application/json"}, text)
            return
        if gate.mode == "slow":
            time.sleep(gate.delay_s * 2 * random.random())
        unanswered = gate.mode == "unanswered"
        status, headers, text = self.passed_on(gate, body)
        if unanswered:
            gate.refused += 1
            self.close_connection = True
            return
        self.send(status, headers, text)

    def passed_on(self, gate: Gate, body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Return Elasticsearch's answer, or that of a gateway which it does not answer."""
        headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP_BY_HOP}
        link = http.client.HTTPConnection(*gate.upstream, timeout=UPSTREAM_LIMIT_S)
        try:
            link.request(self.command, self.path, body, headers)
            found = link.getresponse()
            text = found.read()
        except (OSError, http.client.HTTPException):
            return 502, {"content-type": "text/html"}, b"<h1>502 Bad Gateway</h1>"
        finally:
            link.close()
        kept = {k: v for k, v in found.getheaders() if k.lower() not in HOP_BY_HOP}
        return found.status, kept, text

    def send(self, status: int, headers: dict[str, str], text: bytes) -> None:
        """Answer."""
        self.send_response(status)
        self.send_header("X-elastic-product", "Elasticsearch")
        for name, value in headers.items():
            if name.lower() != "x-elastic-product":
                self.send_header(name, value)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 (http.server says so)

    def handle(self) -> None:
        """Serve; clients turn away."""
        with suppress(OSError):
            super().handle()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def refusal(mode: str, path: str, body: bytes) -> tuple[int, bytes] | None:
    """Return a scripted answer, None where the request is to be passed on."""
    if mode in ("429", "503"):
        return int(mode), orjson.dumps({"status": int(mode), "error": ITEM["error"]})
    if mode == "413" and len(body) > LARGEST:
        return 413, b""
    if mode == "429 by item" and path.startswith("/_bulk"):
        items = [{action: ITEM} for action in actions(body)]
        return 200, orjson.dumps({"errors": True, "items": items})
    return None


def actions(body: bytes) -> Iterator[str]:
    """Give the action of each item of a bulk request that holds no deletions."""
    for line in body.splitlines()[::2]:
        yield next(iter(orjson.loads(line)))


@contextmanager
def gate_before(upstream: str) -> Iterator[Gate]:
    """Run a gate on a free port of this machine."""
    gate = Gate(upstream)
    server = Server(("127.0.0.1", 0), Handler)
    server.gate = gate  # type: ignore[attr-defined]
    gate.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield gate
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
