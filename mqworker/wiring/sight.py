"""What a worker process lets others see of it: its parts -> a state.

What is read here is changed by the worker's thread meanwhile: each number is right by itself.
"""

from __future__ import annotations

import time
from dataclasses import replace

from mqworker.core.receipts import Receipts
from mqworker.core.sight.state import Depth, Filled, State
from mqworker.ports import Gauged
from mqworker.service import Service
from mqworker.sight.taps import Onlooker
from mqworker.wiring.view import View, braking
from mqworker.worker import Worker

MEASURE_S = 4.0
"""How often the broker is asked how full queues are, while somebody wants to know."""

INTEREST_S = 150.0
"""Who has asked for a state is taken to want another one within so many seconds."""

OLDEST_STAMP_S = 10 * 365 * 86400.0
"""What is older by its AMQP timestamp has a wrong one."""


class WorkerView(View):
    """Finds out what a worker process is at. `tend` is for the worker's thread."""

    def __init__(self, number: int | None, queues: tuple[str, ...], service: Service) -> None:
        super().__init__(number, queues, service)
        self.worker: Worker | None = None
        self.onlooker: Onlooker | None = None
        self.asked = -INTEREST_S
        self.measured = -MEASURE_S
        self.measured_at = 0.0

    def begin(self, worker: Worker) -> None:
        """Look at a worker from now on."""
        self.worker = worker
        worker.writing.onlooker = self.onlooker

    def attach(self, onlooker: Onlooker | None) -> None:
        """Have the worker's bulks shown to somebody."""
        self.onlooker = onlooker
        if self.worker is not None:
            self.worker.writing.onlooker = onlooker

    def tend(self) -> None:
        """Ask the broker how full the queues are, if somebody wants to know, and not too often."""
        now = time.monotonic()
        if now - self.asked > INTEREST_S or now - self.measured < MEASURE_S:
            return
        self.measured = now
        if self.worker is not None and isinstance(self.worker.parts.source, Gauged):
            self.measured_at = time.time()
            self.worker.parts.source.measure()

    def state(self) -> State:
        """Return what the process is at."""
        self.asked = time.monotonic()
        about = super().state()
        return about if self.worker is None else self.working(about, self.worker)

    def working(self, about: State, worker: Worker) -> State:
        """Return the state of a process whose worker works."""
        held_s, age_s = ages(worker.receipts, worker.clock(), about.at)
        identity = worker.parts.rules.identity
        replica = worker.correlating.replica
        return replace(
            about,
            fills=tuple(
                Filled(str(identity[position]), link, count)
                for (position, link), count in sorted(dict(worker.tally.fills).items())
            ),
            in_flight=worker.open,
            held_s=held_s,
            age_s=age_s,
            brake=braking(worker.brake),
            consuming=worker.parts.source.ready,
            depths=self.depths(worker),
            groups=sum(map(len, list(replica.groups.values())))
            + sum(map(len, list(replica.lone.values()))),
            links=len(replica.entries),
        )

    def depths(self, worker: Worker) -> dict[str, Depth]:
        """Return how full the queues are, as the broker told last."""
        source = worker.parts.source
        if not isinstance(source, Gauged):
            return {}
        return {queue: Depth(*depth, self.measured_at) for queue, depth in source.depths.items()}


def ages(receipts: Receipts, now: float, wall: float) -> tuple[float | None, float | None]:
    """Return for how long the oldest message in hand is held, and how old the oldest is.

    Args:
        receipts: what is in hand.
        now: monotonic seconds.
        wall: seconds since 1970.
    """
    waiting = receipts.waiting()
    if not waiting:
        return None, None
    stamps = [each.sent for each in waiting if 0 <= wall - each.sent < OLDEST_STAMP_S]
    return max(0.0, now - waiting[0].at), wall - min(stamps) if stamps else None
