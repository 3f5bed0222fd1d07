"""What the queues hold, measured every few seconds in a thread of its own."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event, Thread
from typing import Protocol

from mqworker.core.console.chart import Sample
from mqworker.core.console.overview import SPAN_S, Depth, Queue
from mqworker.core.errors import MqworkerError
from mqworker.core.urls import redact_text

log = logging.getLogger(__name__)

EVERY_S = 2.0
"""Between two measurements, in seconds."""

MOST_SAMPLES = int(SPAN_S / EVERY_S)


class Gauge(Protocol):
    """Measures queues. Used by one thread."""

    def measure(self) -> Mapping[str, Depth | None]:
        """Return what each queue holds now, None for one that is not there.

        Raises:
            MqworkerError: it can't be known now.
        """

    def close(self) -> None:
        """Leave. A second call does nothing."""


@dataclass
class Series:
    """What one queue held, over time; None where it could not be known, or there was no queue."""

    depth: Depth | None = None
    samples: tuple[Sample, ...] = ()

    def add(self, value: float | None) -> None:
        """Note what was measured now; who reads meanwhile has what was there before, or after."""
        self.samples = (*self.samples, Sample(time.monotonic(), value))[-MOST_SAMPLES:]


class Watch:
    """Measures until it is closed.

    series: by queue. trouble: why nothing could be measured last, "" when it could.
    """

    def __init__(self, gauge: Callable[[], Gauge], queues: Mapping[str, bool]) -> None:
        """Begin nothing yet.

        Args:
            gauge: makes the gauge, in the thread that uses it.
            queues: their names, and of each whether it is for the dead.
        """
        self.gauge = gauge
        self.queues = queues
        self.series = {name: Series() for name in queues}
        self.trouble = "not asked yet"
        self.ended = Event()
        self.thread = Thread(target=self.run, name="watch", daemon=True)

    def start(self) -> None:
        """Begin to measure."""
        self.thread.start()

    def run(self) -> None:
        """Measure until told to end."""
        gauge: Gauge | None = None
        try:
            while not self.ended.is_set():
                try:
                    gauge = gauge or self.gauge()
                    self.take(gauge)
                except MqworkerError as error:
                    self.miss(redact_text(str(error)))
                except Exception:
                    log.exception("a defect while queues were measured")
                    self.miss("a defect of mqworker; it is in its log")
                self.ended.wait(EVERY_S)
        finally:
            if gauge:
                gauge.close()

    def take(self, gauge: Gauge) -> None:
        """Measure once."""
        measured = gauge.measure()
        for name, series in self.series.items():
            series.depth = measured.get(name)
            series.add(series.depth.ready if series.depth else None)
        self.trouble = ""

    def miss(self, trouble: str) -> None:
        """Note that nothing could be measured."""
        self.trouble = trouble
        for series in self.series.values():
            series.add(None)

    def told(self) -> list[Queue]:
        """Return what is known of each queue."""
        return [self.queue(name, dead=dead) for name, dead in self.queues.items()]

    def queue(self, name: str, *, dead: bool) -> Queue:
        """Return what is known of a queue."""
        series = self.series[name]
        samples, is_known = series.samples, not self.trouble
        depth = series.depth if is_known else None
        is_there = depth is not None or not is_known
        return Queue(name, dead=dead, is_there=is_there, depth=depth or Depth(), samples=samples)

    def ready(self, name: str) -> int | None:
        """Return how many messages a queue has, None where that is not known."""
        depth = None if self.trouble else self.series[name].depth
        return depth.ready if depth else None

    def close(self) -> None:
        """End."""
        self.ended.set()
        if self.thread.is_alive():
            self.thread.join()
