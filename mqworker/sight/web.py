"""A small HTTP server for machines that watch: /metrics, /live and /ready, and nothing else.

1. It answers GET and HEAD on a few connections at once, each with time limits: more are closed.
2. It takes no body, and tells nothing of who asks.

The standard library's server is for this: nobody but watchers comes here, and it listens where the
operator says, which is nowhere by default. Events come by the intake, which has its own server.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, NamedTuple

import orjson

from mqworker.core.exposition import FORMAT
from mqworker.core.sight.health import why_not_live, why_not_ready
from mqworker.core.sight.metrics import Instance, metrics

log = logging.getLogger(__name__)

AT_ONCE = 8
LIMIT_S = 5.0
"""How long each read or write of a connection may take."""

WHOLE_S = 15.0
"""How long a connection may last."""

JSON = "application/json"


class Page(NamedTuple):
    """An answer."""

    status: HTTPStatus
    kind: str
    body: bytes


def page(path: str, instance: Instance) -> Page:
    """Return what is at a path."""
    match path.partition("?")[0]:
        case "/metrics":
            return Page(HTTPStatus.OK, FORMAT, metrics(instance).encode())
        case "/live":
            return verdict("live", why_not_live(instance))
        case "/ready":
            return verdict("ready", why_not_ready(instance))
        case _:
            told = {"error": "there are /metrics, /live and /ready"}
            return Page(HTTPStatus.NOT_FOUND, JSON, orjson.dumps(told))


def verdict(word: str, reasons: list[str]) -> Page:
    """Return whether something holds, and if not, why."""
    status = HTTPStatus.SERVICE_UNAVAILABLE if reasons else HTTPStatus.OK
    return Page(status, JSON, orjson.dumps({word: not reasons, "reasons": reasons}))


class WatchHandler(BaseHTTPRequestHandler):
    """Answers one connection; `look` is set on a subclass."""

    look: ClassVar[Callable[[], Instance]]
    timeout = LIMIT_S
    server_version = "mqworker"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer."""
        self.answer(page(self.path, type(self).look()))

    do_HEAD = do_GET  # noqa: N815 - the library's name

    def answer(self, page: Page) -> None:
        """Send an answer."""
        self.send_response(page.status)
        self.send_header("Content-Type", page.kind)
        self.send_header("Content-Length", str(len(page.body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(page.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Keep silent: scrapes are no news."""


class WatchServer(ThreadingHTTPServer):
    """Serves watchers in threads, a few at once."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], look: Callable[[], Instance]) -> None:
        """Listen.

        Raises:
            OSError: the address can't be had.
        """
        self.served: set[socket.socket] = set()
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        handler = type("Handler", (WatchHandler,), {"look": staticmethod(look)})
        super().__init__(address, handler)

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002 - the library's
        """Tell whether there is room for one more connection."""
        return len(self.served) < AT_ONCE

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection, in its thread; a client that goes away is no defect."""
        self.served.add(request)
        end = threading.Timer(WHOLE_S, lambda: cut(request))
        end.daemon = True
        end.start()
        try:
            super().finish_request(request, client_address)
        except OSError as error:
            log.debug("a watcher went away: %s", error)
        except Exception:
            log.exception("a defect of mqworker: a watcher is not answered")
        finally:
            end.cancel()
            self.served.discard(request)


def cut(request: socket.socket) -> None:
    """End a connection that lasts too long."""
    with suppress(OSError):
        request.shutdown(socket.SHUT_RDWR)
