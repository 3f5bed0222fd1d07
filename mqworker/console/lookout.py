"""What the workers tell of themselves, asked every few seconds in a thread of its own."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from threading import Event, Thread

from mqworker.core.console.chart import Sample
from mqworker.core.console.overview import SPAN_S
from mqworker.core.console.workers import DRAWN, Workers
from mqworker.core.errors import Misconfigured
from mqworker.core.sight.state import State
from mqworker.core.sight.watch import Scene, Watch

log = logging.getLogger(__name__)

EVERY_S = 2.0
"""Between two looks, in seconds."""


class Lookout:
    """Looks until it is closed; `workers` is what was seen last."""

    def __init__(self, look: Callable[[], Sequence[State]]) -> None:
        """Begin nothing yet; `look` asks the workers that there are."""
        self.look = look
        self.watch = Watch()
        self.samples = {name: deque[Sample](maxlen=int(SPAN_S / EVERY_S)) for name in DRAWN}
        self.workers = Workers()
        self.ended = Event()
        self.thread = Thread(target=self.run, name="lookout", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self.thread.start()

    def run(self) -> None:
        """Look until told to end."""
        while not self.ended.is_set():
            try:
                self.take(self.watch.look(self.look(), time.time()))
            except Misconfigured:  # there shall be no sockets
                self.take(self.watch.look([], time.time()))
            except Exception:
                log.exception("a defect while workers were looked at")
            self.ended.wait(EVERY_S)

    def take(self, scene: Scene) -> None:
        """Note what was seen."""
        now, speed = time.monotonic(), scene.whole[1]
        for name, samples in self.samples.items():
            samples.append(Sample(now, speed.rates.get(name)))
        past = {name: tuple(samples) for name, samples in self.samples.items()}
        self.workers = Workers(scene, past)

    def close(self) -> None:
        """End. A second call does nothing."""
        self.ended.set()
        if self.thread.is_alive():
            self.thread.join()
