"""How long an event takes from its sender to the answer of its bulk request.

    python -m benchmarks.drain.latency --seconds 10 --rate 2000

First events that come alone, to a worker that has nothing to do; then a steady stream. Both ends
are told by the same monotonic clock: when an event is published, and when the stub has sent the
answer to its bulk request. The sender publishes in ticks of 5 ms, without waiting for
confirmations.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple

import pika

from benchmarks.drain.__main__ import surroundings
from benchmarks.drain.events import generate
from benchmarks.drain.peers import ARMS, Arm
from benchmarks.drain.preload import EXCHANGE, QUEUE, preload
from benchmarks.drain.sinks import Stub

TICK_S = 0.005
WAIT_S = 20.0
PAUSES_S = (0.25, 0.45)
PERSISTENT = pika.BasicProperties(content_type="application/json", delivery_mode=2)


class Latency(NamedTuple):
    """Milliseconds, of so many events at so many a second; 0 a second: each alone."""

    arm: str
    rate: float
    events: int
    p50_ms: float
    p99_ms: float
    most_ms: float


class Sender:
    """Publishes and notes when, by the number of the event."""

    def __init__(self, channel: Any, bodies: Sequence[bytes]) -> None:
        self.channel, self.bodies = channel, bodies
        self.sent: dict[int, float] = {}

    def send(self) -> None:
        """Publish the next event."""
        number = len(self.sent)
        self.sent[number] = time.monotonic()
        self.channel.basic_publish(EXCHANGE, QUEUE, self.bodies[number], PERSISTENT)

    def alone(self, count: int, dice: random.Random) -> None:
        """Publish events with pauses longer than a batch may wait."""
        for _ in range(count):
            self.send()
            self.channel.connection.sleep(dice.uniform(*PAUSES_S))

    def steadily(self, count: int, rate: float) -> None:
        """Publish at a steady rate: what a tick was late for, the next one makes good."""
        began = time.monotonic()
        while len(self.sent) < count:
            due = min(count, int((time.monotonic() - began) * rate))
            while len(self.sent) < due:
                self.send()
            self.channel.connection.sleep(TICK_S)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=["compiled"])
    parser.add_argument("--alone", type=int, default=30, help="events that come alone")
    parser.add_argument("--rate", type=float, default=2000.0)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with surroundings("stub") as (scratch, broker, sink):
        found = [
            each
            for name in asked.arms
            for each in measured(ARMS[name], (broker, sink), asked, scratch.directory(name))
        ]
    if asked.json:
        print(json.dumps([each._asdict() for each in found]))
        return
    print(f"load average {os.getloadavg()}, {os.cpu_count()} processors")
    print(f"{'arm':22}{'events/s':>10}{'events':>8}{'p50 ms':>9}{'p99 ms':>9}{'most ms':>9}")
    for each in found:
        print(
            f"{each.arm:22}{each.rate or 'alone':>10}{each.events:8}{each.p50_ms:9.1f}"
            f"{each.p99_ms:9.1f}{each.most_ms:9.1f}"
        )


def measured(
    arm: Arm, ends: tuple[str, Stub], asked: argparse.Namespace, state: Path
) -> list[Latency]:
    """Measure one arm: events alone, then a stream."""
    broker, sink = ends
    bodies = list(generate(max(asked.alone, int(asked.rate * asked.seconds))))
    preload(
        broker, bodies[:1]
    )  # declares what the sender needs, and shows when the worker is ready
    sink.reset()
    running = arm.start(broker, sink.url, state)
    try:
        await_events(sink, 1)
        return [one(arm, ends, bodies, asked, rate) for rate in (0.0, asked.rate)]
    finally:
        running.end()


def one(
    arm: Arm,
    ends: tuple[str, Stub],
    bodies: Sequence[bytes],
    asked: argparse.Namespace,
    rate: float,
) -> Latency:
    """Send, wait for the last event, and compare."""
    broker, sink = ends
    sink.reset()
    with closing(pika.BlockingConnection(pika.URLParameters(broker))) as connection:
        sender = Sender(connection.channel(), bodies)
        if rate:
            sender.steadily(int(rate * asked.seconds), rate)
        else:
            sender.alone(asked.alone, random.Random(7))
        await_events(sink, len(sender.sent))
    answered = sink.times()
    taken = [(answered[number] - at) * 1000 for number, at in sender.sent.items()]
    cuts = quantiles(taken, n=100, method="inclusive")
    return Latency(
        arm.name, rate, len(taken), *(round(t, 1) for t in (cuts[49], cuts[98], max(taken)))
    )


def await_events(sink: Stub, count: int) -> None:
    """Wait until the sink has so many events."""
    until = time.monotonic() + WAIT_S
    while sink.arrived().distinct < count:
        assert time.monotonic() < until, f"of {count} events came {sink.arrived().distinct}"
        time.sleep(0.02)


if __name__ == "__main__":
    main()
