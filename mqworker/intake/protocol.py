"""HTTP on one connection: uvicorn's own protocol, with the bounds that it lacks.

1. Headers come within a time limit and a size; a connection on which nothing comes is closed.
2. There are at most so many connections. One more is closed without an answer: every shipper
   tries that again, while some drop what is answered 503.
3. What a client does not fetch is thrown away when the connection has been idle for long.
4. The application can close the connection without an answer.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HANG_UP = "mqworker.hang_up"
"""The ASGI extension that ends the connection: "close" sends what is written, "abort" does not."""

HEADERS_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\n"
    b"connection: close\r\n\r\n"
)
HEADERS_TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class TooLargeHeaders(Exception):
    """Stops the parser."""


@dataclass(frozen=True, slots=True)
class ConnectionBounds:
    """What one client, and all of them, may take; times in seconds.

    connections: how many at once.
    header_s: how long the headers of a request may take, or a connection be open without any.
    header_bytes: how large the headers, and the path, of a request may be.
    """

    connections: int = 1000
    header_s: float = 10.0
    header_bytes: int = 64 * 1024


class BoundedProtocol(HttpToolsProtocol):
    """One connection; `bounds` is set on a subclass (see `bounded`)."""

    bounds = ConnectionBounds()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, or turn it away."""
        super().connection_made(transport)
        self.header_bytes = self.unfinished_bytes = 0
        self.in_headers = False
        self.header_timer: asyncio.TimerHandle | None = None
        if len(self.connections) > self.bounds.connections:
            transport.close()
            return
        self.await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self.stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes; what is no request yet has to become one in time."""
        if self.transport.is_closing() or self.parser is None:
            return
        super().data_received(data)
        if self.in_headers:
            self.look_at_size(len(data))
        if self.cycle is None or self.cycle.response_complete:
            self.await_headers()

    def look_at_size(self, more: int) -> None:
        """Give up headers that do not end: the parser tells of a header when it is complete."""
        self.unfinished_bytes += more
        if self.unfinished_bytes > self.bounds.header_bytes and not self.transport.is_closing():
            self.header_bytes = self.unfinished_bytes
            self.send_400_response("")

    def await_headers(self) -> None:
        """Start the clock, if it does not run."""
        if self.header_timer is None and not self.transport.is_closing():
            self.header_timer = self.loop.call_later(self.bounds.header_s, self.be_late)

    def stop_waiting(self) -> None:
        """Stop the clock."""
        if self.header_timer is not None:
            self.header_timer.cancel()
            self.header_timer = None

    def be_late(self) -> None:
        """Close a connection whose headers did not come."""
        self.header_timer = None
        if self.header_bytes:
            self.transport.write(HEADERS_TOO_LATE)
        self.transport.close()

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self.header_bytes, self.unfinished_bytes, self.in_headers = 1, 0, True
        ways: dict[object, object] = {
            "close": self.transport.close,
            "abort": self.transport.abort,
        }
        self.scope["extensions"] = {HANG_UP: ways}
        self.await_headers()

    def on_url(self, url: bytes) -> None:
        """Take a piece of the path."""
        self.count_bytes(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self.count_bytes(len(name) + len(value))
        super().on_header(name, value)

    def count_bytes(self, more: int) -> None:
        """Count bytes of headers.

        Raises:
            TooLargeHeaders: there are too many; the parser gives up with it.
        """
        self.header_bytes += more
        if self.header_bytes > self.bounds.header_bytes:
            raise TooLargeHeaders

    def on_headers_complete(self) -> None:
        """Begin to answer."""
        self.stop_waiting()
        self.header_bytes, self.in_headers = 0, False
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Say what is wrong with what is no HTTP, or too much of it."""
        if self.transport.is_closing():
            return
        self.stop_waiting()
        if self.header_bytes > self.bounds.header_bytes:
            self.transport.write(HEADERS_TOO_LARGE)
            self.transport.close()
        else:
            super().send_400_response(msg)

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection; drop what the client did not fetch."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        super().timeout_keep_alive_handler()


def bounded(bounds: ConnectionBounds) -> type[Any]:
    """Return the protocol with these bounds, as uvicorn makes it."""
    return type("Bounded", (BoundedProtocol,), {"bounds": bounds})
