"""A sink that costs next to nothing: it counts what Elasticsearch would have been sent.

    python -m benchmarks.drain.stub --port 0

It prints its port. A thread for each connection reads a request by its Content-Length, counts the
documents by their `eventid`, and sends a prepared answer: every document is created. What clients
ask at their start is answered as by a new Elasticsearch without security.

    POST /_stub/reset    forget everything
    GET /_stub/count     what was counted, and when (seconds of the monotonic clock)
    GET /_stub/times     when the bulk of each event was answered, by its number
"""

from __future__ import annotations

import argparse
import json
import re
import socket
import threading
import time
from functools import cache
from typing import Any, NamedTuple

EVENT_ID = re.compile(rb'eventid":"e(\d{9})"')
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
VERSION = {
    "name": "stub",
    "cluster_name": "stub",
    "cluster_uuid": "stub",
    "version": {"number": "9.1.0", "build_flavor": "default", "lucene_version": "10.2.0"},
    "tagline": "You Know, for Search",
}
HEAD = (
    "HTTP/1.1 {status}\r\nX-Elastic-Product: Elasticsearch\r\n"
    "Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
)


class Request(NamedTuple):
    """An HTTP request."""

    method: str
    path: str
    body: memoryview


class Count:
    """What came."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.requests = self.documents = self.bytes = 0
        self.first = self.last = 0.0
        self.seen: set[bytes] = set()
        self.answered: list[tuple[float, list[bytes]]] = []

    def take(self, body: memoryview | bytes) -> list[bytes]:
        """Return the numbers of the events in a bulk request's body."""
        return EVENT_ID.findall(body)

    def add(self, numbers: list[bytes], size: int, now: float) -> None:
        """Count the events of a bulk request that is answered now."""
        with self.lock:
            self.requests += 1
            self.documents += len(numbers)
            self.bytes += size
            self.first = self.first or now
            known = len(self.seen)
            self.seen.update(numbers)
            if len(self.seen) > known:
                self.last = now
            self.answered.append((now, numbers))

    def told(self) -> dict[str, float]:
        """Return the counts; `last` is when the last event came that had not come before."""
        with self.lock:
            return {
                "requests": self.requests,
                "documents": self.documents,
                "distinct": len(self.seen),
                "duplicates": self.documents - len(self.seen),
                "bytes": self.bytes,
                "first": self.first,
                "last": self.last,
            }

    def times(self) -> dict[int, float]:
        """Return when each event's first bulk request was answered."""
        with self.lock:
            return {int(each): at for at, ids in reversed(self.answered) for each in ids}


@cache
def bulk_answer(action: str, count: int, filtered: bool) -> bytes:
    """Return the answer to a bulk request that creates so many documents."""
    more = "" if filtered else '"_index":"events","result":"created",'
    items = ",".join([f'{{"{action}":{{{more}"status":201}}}}'] * count)
    start = "{" if filtered else '{"took":1,"errors":false,'
    return framed(f'{start}"items":[{items}]}}'.encode())


def framed(body: bytes, status: str = "200 OK") -> bytes:
    """Return a whole response."""
    return HEAD.format(status=status, length=len(body)).encode() + body


def answer(request: Request, count: Count) -> bytes:
    """Return the response to anything but a bulk request."""
    path = request.path.partition("?")[0]
    known: dict[str, Any] = {"/": VERSION}
    if path == "/_stub/reset":
        count.reset()
        known[path] = count.told()
    elif path == "/_stub/count":
        known[path] = count.told()
    elif path == "/_stub/times":
        known[path] = count.times()
    elif path.startswith("/_resolve/"):
        known[path] = {"indices": [], "aliases": [], "data_streams": []}
    elif path.startswith("/_security/"):
        return framed(b"{}", "405 Method Not Allowed")
    elif path not in known:
        return unknown(request.method)
    return framed(json.dumps(known[path]).encode() if request.method != "HEAD" else b"")


def unknown(method: str) -> bytes:
    """Return the response to what the stub knows nothing of: nothing is there, all may be made."""
    if method == "GET":
        return framed(b'{"error":{"type":"resource_not_found"},"status":404}', "404 Not Found")
    return framed(b'{"acknowledged":true}' if method != "HEAD" else b"")


def bulk(request: Request, count: Count) -> tuple[bytes, list[bytes]]:
    """Return the response to a bulk request, and the numbers of its events."""
    numbers = count.take(request.body)
    action = bytes(request.body[2:10]).partition(b'"')[0].decode()
    return bulk_answer(action, len(numbers), "filter_path" in request.path), numbers


class Reader:
    """Reads the requests of one connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.left = b""
        self.room = bytearray(1 << 20)

    def request(self) -> Request | None:
        """Return the next request; None at the end."""
        data = self.left
        while (end := data.find(b"\r\n\r\n")) < 0:
            more = self.connection.recv(65_536)
            if not more:
                return None
            data += more
        found = LENGTH.search(data, 0, end + 2)
        length = int(found[1]) if found else 0
        method, path, _ = data.split(b"\r\n", 1)[0].decode().split(" ", 2)
        if b"100-continue" in data[:end].lower():
            self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        return Request(method, path, self.body(data[end + 4 :], length))

    def body(self, begun: bytes, length: int) -> memoryview:
        """Read a body whose beginning is here already."""
        self.left, begun = begun[length:], begun[:length]
        if length > len(self.room):
            self.room = bytearray(length * 2)
        whole, at = memoryview(self.room)[:length], len(begun)
        whole[:at] = begun
        while at < length:
            got = self.connection.recv_into(whole[at:], length - at, socket.MSG_WAITALL)
            if not got:
                raise ConnectionError("the request ends early")
            at += got
        return whole


def serve(connection: socket.socket, count: Count) -> None:
    """Answer the requests of one connection."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    reader = Reader(connection)
    with connection:
        while request := reader.request():
            if request.path.partition("?")[0].endswith("/_bulk"):
                response, numbers = bulk(request, count)
                # Before it is sent: whoever has the answer finds it counted.
                count.add(numbers, len(request.body), time.monotonic())
                connection.sendall(response)
            else:
                connection.sendall(answer(request, count))


def listen(port: int) -> None:
    """Serve until killed."""
    count = Count()
    with socket.create_server(("127.0.0.1", port)) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, count), daemon=True).start()


def main() -> None:
    """Read the command line, and serve."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    listen(parser.parse_args().port)


if __name__ == "__main__":
    main()
