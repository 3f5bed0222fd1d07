"""One run: the queue is filled, a worker started, and all of it measured until the sink has all."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from benchmarks.drain.peers import Arm, Running
from benchmarks.drain.preload import Queue, preload, watched
from benchmarks.drain.sinks import Counted, DrainSink
from benchmarks.drain.usage import Used, listener, used

START_LIMIT_S = 60.0
STALL_S = 30.0
LOOK_S = 0.01
SINK_LOOK_S = 0.05
SETTLE_S = 10.0
NEARLY = 0.9


class Result(NamedTuple):
    """What a run took.

    rate: events per second, from the first message taken to the last event in the sink.
    steady: the same to the first look at the sink that found 90 %: without what waits, at the very
        end, for a timer.
    worker_us, broker_us, sink_us: CPU per event in that time, user and system.
    start_cpu_s: the worker's CPU before its first message.
    peak_mb: of all of its processes. left: messages that remain in the queue.
    """

    arm: str
    sink: str
    events: int
    rate: float
    steady: float
    worker_us: float
    broker_us: float
    sink_us: float
    start_cpu_s: float
    peak_mb: float
    lost: int
    duplicates: int
    left: int


@dataclass(frozen=True, slots=True)
class Course:
    """Where runs take place. bodies: the events that the queue is filled with."""

    broker: str
    sink: DrainSink
    bodies: Sequence[bytes]

    @property
    def broker_pids(self) -> list[int]:
        """The broker's process, where it is on this machine."""
        return listener(urlsplit(self.broker).port or 5672)


class Snapshot(NamedTuple):
    """What each has used so far."""

    worker: Used
    broker: Used
    sink: Used


def run(arm: Arm, course: Course, state: Path) -> Result:
    """Drain once; `state` is an empty directory for the worker's files."""
    count = len(course.bodies)
    with watched(course.broker) as queue:
        course.sink.reset()
        preload(course.broker, course.bodies)
        assert queue.ready == count, f"{queue.ready} messages in a queue of {count}"
        running = arm.start(course.broker, course.sink.url, state)
        try:
            began, before = await_first(queue, count, running, course)
            nearly = await_share(NEARLY * count, course)
            counted, after = await_all(count, running, course)
            await_empty(queue)
        finally:
            running.end()
        rates = [each.distinct / (each.last - began) for each in (counted, nearly)]
        result = judged(arm, course, (before, after), rates, queue)
        queue.purge()  # what this arm has left is not the next one's
        return result


def snapshot(running: Running, course: Course) -> Snapshot:
    """Return what worker, broker and sink have used so far."""
    return Snapshot(used(running.pids), used(course.broker_pids), used(course.sink.pids))


def await_first(
    queue: Queue, count: int, running: Running, course: Course
) -> tuple[float, Snapshot]:
    """Wait until the first message is taken; return when, and what was used by then."""
    until = time.monotonic() + START_LIMIT_S
    while queue.ready == count:
        assert time.monotonic() < until, f"nothing is taken\n{running.log.read_text()[-2000:]}"
        time.sleep(LOOK_S)
    return time.monotonic(), snapshot(running, course)


def await_all(count: int, running: Running, course: Course) -> tuple[Counted, Snapshot]:
    """Wait until the sink has every event, or nothing more comes."""
    counted = await_share(count, course)
    return counted, snapshot(running, course)


def await_share(count: float, course: Course) -> Counted:
    """Wait until the sink has so many events, or nothing more comes."""
    last, moved = -1, time.monotonic()
    while True:
        counted = course.sink.arrived()
        if counted.distinct >= count or time.monotonic() - moved > STALL_S:
            return counted
        if counted.documents != last:
            last, moved = counted.documents, time.monotonic()
        time.sleep(SINK_LOOK_S)


def await_empty(queue: Queue) -> None:
    """Give the last acknowledgements time."""
    until = time.monotonic() + SETTLE_S
    while queue.ready and time.monotonic() < until:
        time.sleep(SINK_LOOK_S)


def judged(
    arm: Arm,
    course: Course,
    snapshots: tuple[Snapshot, Snapshot],
    rates: Sequence[float],
    queue: Queue,
) -> Result:
    """Return the figures of a run that is over: its worker has ended, so nothing is unsettled."""
    before, after = snapshots
    count, census, left = len(course.bodies), course.sink.census(), queue.ready
    spent = [
        round((now.cpu_s - then.cpu_s) / count * 1e6, 1)
        for then, now in zip(before, after, strict=True)
    ]
    return Result(
        arm.name,
        course.sink.name,
        count,
        *map(round, rates),
        *spent,
        start_cpu_s=round(before.worker.cpu_s, 2),
        peak_mb=round(after.worker.peak_bytes / 1e6, 1),
        lost=max(0, count - census.distinct - left),
        duplicates=census.duplicates,
        left=left,
    )
