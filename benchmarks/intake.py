"""What the HTTP intake takes, beside a bare publisher with confirms on the same broker.

A RabbitMQ of its own, and three processes: broker, intake, load. The load is bytes that were made
before; a client waits for the answer to a request before it sends the next. Rounds take turns, so
that all columns see the same machine.

    python -m benchmarks.intake --events 100000 --rounds 3
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import selectors
import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pika
import psutil

from mqworker.brokers.rabbitmq import RabbitmqOptions
from mqworker.core.message import PlainProperties, Publication
from mqworker.publishers.rabbitmq import RabbitmqPublisher
from tests.intakes import TAKES, IntakeDaemon
from tests.services import choice
from tests.services.rabbitmq import Rabbitmq
from tests.services.scratch import scratch_space

EVENT = {
    "timestamp": "2026-11-23T05:48:44.123456+00:00",
    "hostname": "web1.example.com",
    "severity": "INFO",
    "facility": "authpriv",
    "processname": "sshd",
    "processid": "1234",
    "category": "authentication",
    "source": "auth.log",
    "tags": ["sshd", "auth"],
    "summary": "Failed password for invalid user joe from 203.0.113.9 port 42297 ssh2",
    "details": {"username": "joe", "sourceipaddress": "203.0.113.9", "sourceport": 42297},
}
AGENT = "a" * 120


class Measured(NamedTuple):
    """Events per second, latencies of requests in milliseconds, and the intake's CPU per event."""

    rate: float
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    cpu_us: float = 0.0


class Load(NamedTuple):
    """Requests to send: how many connections, and how many events each request holds."""

    name: str
    connections: int
    batch: int
    path: str


LOADS = (
    Load("single events, 64 connections, /events", 64, 1, "/events"),
    Load("batches of 500, 8 connections, /_bulk", 8, 500, "/_bulk"),
    Load("batches of 500, 8 connections, /events (lines)", 8, 500, "/events"),
)


def event(number: int) -> bytes:
    """Return an event of about 600 bytes."""
    return json.dumps({**EVENT, "eventnumber": number, "useragent": AGENT}).encode()


def request(load: Load, first: int) -> bytes:
    """Return the bytes of one request."""
    events = [event(first + number) for number in range(load.batch)]
    action = b'{"index":{"_index":"events"}}\n' if load.path == "/_bulk" else b""
    body = b"".join(action + each + b"\n" for each in events)
    head = (
        f"POST {load.path} HTTP/1.1\r\nHost: intake\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Client:
    """One connection: sends a request, waits for the answer, sends the next."""

    def __init__(self, port: int, wanted: bytes) -> None:
        self.wanted = memoryview(wanted)
        self.connection = socket.create_connection(("127.0.0.1", port))
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.left = 0

    def send(self) -> None:
        """Send one request; small enough for the buffers, or waited for."""
        self.started = time.perf_counter()
        self.connection.sendall(self.wanted)

    def finished(self) -> bool:
        """Read what is there; tell whether the answer is complete."""
        self.received += self.connection.recv(1 << 20)
        head, separator, body = self.received.partition(b"\r\n\r\n")
        if not separator:
            return False
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(body) < length:
            return False
        assert head.startswith(b"HTTP/1.1 200"), self.received[:500]
        assert b'"errors":true' not in body
        self.received = b""
        return True


def run_load(load: Load, port: int, events: int) -> tuple[float, list[float]]:
    """Send so many events; return the seconds that it took, and each request's latency."""
    clients = [Client(port, request(load, n * 1000)) for n in range(load.connections)]
    selector = selectors.DefaultSelector()
    left, open_requests = events // load.batch, 0
    latencies: list[float] = []
    started = time.perf_counter()
    for client in clients:
        selector.register(client.connection, selectors.EVENT_READ, client)
        client.send()
        left, open_requests = left - 1, open_requests + 1
    while open_requests:
        for key, _ in selector.select():
            client = key.data
            if client.finished():
                latencies.append(time.perf_counter() - client.started)
                open_requests -= 1
                if left > 0:
                    client.send()
                    left, open_requests = left - 1, open_requests + 1
    took = time.perf_counter() - started
    for client in clients:
        client.connection.close()
    return took, latencies


def in_process(work: Callable[..., Any], *args: Any) -> Any:
    """Return what work returns in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, args)


def publish_bare(url: str, events: int) -> float:
    """Publish without an intake; return events per second."""
    options = RabbitmqOptions(urls=(url,))
    properties = [
        PlainProperties(
            content_type="application/json",
            delivery_mode=2,
            message_id=f"bare-{number}",
            timestamp=1795413524,
            app_id="bare",
        )
        for number in range(events)
    ]
    bodies = [event(number) for number in range(events)]
    messages = [
        Publication(body, each, "eventtask", "eventtask")
        for body, each in zip(bodies, properties, strict=True)
    ]
    with closing(RabbitmqPublisher(options, options.topology)) as publisher:
        publisher.connect()
        started = time.perf_counter()
        publisher.publish(messages)
        return events / (time.perf_counter() - started)


@contextmanager
def running(url: str, *flags: str) -> Iterator[IntakeDaemon]:
    """Run an intake."""
    with tempfile.TemporaryDirectory() as directory:
        intake = IntakeDaemon(
            Path(directory, "log"), "--listen", "127.0.0.1:0", "--broker", url, *flags
        )
        try:
            intake.await_words(TAKES)
            yield intake
        finally:
            intake.discard()


def measured(load: Load, intake: IntakeDaemon, events: int) -> Measured:
    """Measure one load."""
    process = psutil.Process(intake.pid)
    before = process.cpu_times()
    took, latencies = in_process(run_load, load, intake.port, events)
    after = process.cpu_times()
    cpu = after.user + after.system - before.user - before.system
    cuts = statistics.quantiles(latencies, n=100)
    done = events // load.batch * load.batch
    return Measured(done / took, cuts[49] * 1000, cuts[98] * 1000, cpu / done * 1e6)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with (
        scratch_space() as scratch,
        closing_node(choice.rabbitmq(scratch)) as rabbitmq,
        rabbitmq.vhost() as url,
        running(url) as intake,
    ):
        found = [one_round(url, intake, args.events) for _ in range(args.rounds)]
        resident = intake.resident_bytes
    tell(found, resident, as_json=args.json)


@contextmanager
def closing_node(node: Rabbitmq) -> Iterator[Rabbitmq]:
    """Discard a node at the end."""
    try:
        yield node
    finally:
        node.lifecycle.discard()


def purge(url: str) -> None:
    """Empty the queue."""
    with closing(pika.BlockingConnection(pika.URLParameters(url))) as connection:
        connection.channel().queue_purge("eventtask")


def one_round(url: str, intake: IntakeDaemon, events: int) -> dict[str, Measured]:
    """Measure everything once."""
    found = {"bare publisher": Measured(in_process(publish_bare, url, events))}
    purge(url)
    for load in LOADS:
        found[load.name] = measured(load, intake, events if load.batch > 1 else events // 5)
        purge(url)
    return found


def tell(found: list[dict[str, Measured]], resident: int, *, as_json: bool) -> None:
    """Print medians over the rounds."""
    names = list(found[0])
    medians = {
        name: Measured(*map(statistics.median, zip(*(each[name] for each in found), strict=True)))
        for name in names
    }
    if as_json:
        print(json.dumps({name: each._asdict() for name, each in medians.items()}))
        return
    ceiling = medians["bare publisher"].rate
    print(f"load average {os.getloadavg()}, intake resident {resident >> 20} MiB")
    print(f"{'':48} {'events/s':>9} {'of bare':>8} {'p50 ms':>8} {'p99 ms':>8} {'CPU us':>7}")
    for name, each in medians.items():
        share = f"{each.rate / ceiling:.0%}"
        print(
            f"{name:48} {each.rate:9.0f} {share:>8} {each.p50_ms:8.1f} {each.p99_ms:8.1f}"
            f" {each.cpu_us:7.1f}"
        )


if __name__ == "__main__":
    main()
