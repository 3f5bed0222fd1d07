"""Millions of events through one worker, whose memory, files and threads are looked at meanwhile.

    python -m benchmarks.soak --events 2000000 --processes 1 --json soak-1.json

RabbitMQ and the stub sink are started for this. The events are 100 a second in event time, the last
of them of now; so correlation, which keeps 50 minutes, soon forgets as much as it takes in. The
queue is filled while it is drained: it never holds more than a few batches.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import psutil

from benchmarks.drain.__main__ import surroundings
from benchmarks.drain.events import generate
from benchmarks.drain.peers import Arm, Running
from benchmarks.drain.preload import EXCHANGE, PROPERTIES, QUEUE, Queue, watched
from benchmarks.drain.sinks import Stub
from mqworker.brokers.rabbitmq import RabbitmqOptions
from mqworker.core.message import Publication
from mqworker.publishers.rabbitmq import RabbitmqPublisher

AT_ONCE = 5_000
MOST_WAITING = 20_000
LOOK_S = 2.0
STALL_S = 120.0
EVENT_MS = 10
WARM = 0.3
"""The share of a run after which nothing may grow: by then memory is as full as it gets."""


class Sample(NamedTuple):
    """What all processes of the worker have, after so many seconds and events."""

    seconds: float
    events: int
    resident_mb: float
    files: int
    threads: int
    disk_mb: float


class Soak(NamedTuple):
    """A run. lost, doubled: events."""

    processes: int
    events: int
    seconds: float
    lost: int
    doubled: int
    samples: list[Sample]

    def between(self, low: float, high: float) -> list[Sample]:
        """Return the samples between two shares of the events."""
        return [
            each for each in self.samples if low * self.events < each.events < high * self.events
        ]

    def middle(self, name: str, low: float, high: float) -> float:
        """Return the median of a figure between two shares of the events."""
        return float(median(getattr(each, name) for each in self.between(low, high)))

    def growth(self, name: str) -> float:
        """Return by what factor a figure has grown from the third after the warm-up to the last."""
        early = self.middle(name, WARM, WARM + (1 - WARM) / 3)
        return self.middle(name, 1 - (1 - WARM) / 3, 1) / early


def main() -> None:
    """Soak, and write what was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--json", type=Path, help="a file for all samples")
    asked = parser.parse_args()
    found = soaked(Arm("soak", processes=asked.processes), asked.events)
    if asked.json:
        asked.json.write_text(json.dumps(as_object(found)))
    print("\n".join(told(found)))


def soaked(arm: Arm, count: int) -> Soak:
    """Send so many events through a worker."""
    start = datetime.now(UTC) - timedelta(milliseconds=EVENT_MS * count)
    with surroundings("stub") as (scratch, broker, sink):
        state = scratch.directory("soak")
        options = RabbitmqOptions(urls=(broker,))
        with closing(RabbitmqPublisher(options, options.topology)) as publisher:
            waiting = generate(count, start=start)
            fill(publisher, waiting)  # it declares the queue, too
            running = arm.start(broker, sink.url, state)
            began = time.monotonic()
            try:
                with watched(broker) as queue:
                    samples = list(sampled(publisher, queue, waiting, sink, running, count))
            finally:
                running.end()
        census = sink.census()
    lost = count - census.distinct
    return Soak(arm.processes, count, time.monotonic() - began, lost, census.duplicates, samples)


def sampled(
    publisher: RabbitmqPublisher,
    queue: Queue,
    waiting: Iterator[bytes],
    sink: Stub,
    running: Running,
    count: int,
) -> Iterator[Sample]:
    """Keep the queue filled until the sink has all; give a sample now and then."""
    began = looked = moved = time.monotonic()
    last = -1
    while True:
        filled = queue.ready < MOST_WAITING and fill(publisher, waiting)
        now = time.monotonic()
        if now - looked >= LOOK_S:
            arrived, looked = sink.arrived().distinct, now
            yield sample(running, now - began, arrived)
            if arrived >= count or (arrived == last and now - moved > STALL_S):
                return
            if arrived != last:
                last, moved = arrived, now
        if not filled:
            time.sleep(0.05)


def fill(publisher: RabbitmqPublisher, waiting: Iterator[bytes]) -> bool:
    """Publish some of the events, confirmed; tell whether there were any."""
    part = list(islice(waiting, AT_ONCE))
    publisher.publish([Publication(each, PROPERTIES, EXCHANGE, QUEUE) for each in part])
    return bool(part)


def sample(running: Running, seconds: float, events: int) -> Sample:
    """Look at all processes of the worker, and at what is in its directory."""
    resident = files = threads = 0
    for pid in running.pids:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            resident += process.memory_info().rss
            files += process.num_fds()
            threads += process.num_threads()
    disk = sum(each.stat().st_size for each in running.log.parent.glob("memory.db*"))
    return Sample(round(seconds, 1), events, resident / 1e6, files, threads, disk / 1e6)


def told(found: Soak) -> Iterator[str]:
    """Give the figures in lines."""
    rate = found.events / found.seconds
    yield f"{found.events} events in {found.seconds:.0f} s, {rate:.0f} a second"
    yield f"processes {found.processes}, lost {found.lost}, doubled {found.doubled}"
    for name in ("resident_mb", "files", "threads", "disk_mb"):
        early, late = found.middle(name, WARM, WARM + 0.25), found.middle(name, 0.75, 1)
        yield f"{name}: {early:.1f}, at the end {late:.1f}; factor {found.growth(name):.3f}"


def as_object(found: Soak) -> dict[str, Any]:
    """Return a run as JSON has it."""
    return {**found._asdict(), "samples": [each._asdict() for each in found.samples]}


def from_object(told: dict[str, Any]) -> Soak:
    """Read what `as_object` wrote."""
    return Soak(**{**told, "samples": [Sample(**each) for each in told["samples"]]})


if __name__ == "__main__":
    main()
