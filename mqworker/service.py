"""What a worker, or its like, tells whoever watches over it: systemd, or a supervisor in its place.

1. READY comes when the worker takes messages, not before; until then each attempt to reach a
   service buys the start some more time, so that a start that hangs is noticed, and a long outage
   is none.
2. A ping (WATCHDOG) says that the worker gets on (`mqworker.core.liveness`), not that it runs.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Collection

import orjson

from mqworker.core.liveness import LEAST_S, stall
from mqworker.core.rates import ALWAYS, rates, spell
from mqworker.notification import Notifier, lasting, reloading
from mqworker.pulse import Pulse
from mqworker.telemetry import Fact, Tally

log = logging.getLogger(__name__)

START_LIMIT_S = 900.0
"""How long one step of the start may take: reading a large memory is the longest."""

LOOK_S = 1.0
"""How often the worker is looked at, at least."""

STATUS_S = 5.0
"""How often the rates are told, and what span they are of."""

PINGS = 4
"""How many pings there are in the time that the watchdog allows for one."""

MOVES: tuple[Fact, ...] = ("settled", "abandoned", "completed")
"""What is progress by itself. To receive is none: it goes on for long while nothing comes out."""

RATES = "X_MQWORKER_RATES"
"""For the supervisor, which adds them up; systemd ignores what begins with X_."""


class Service:
    """One worker process, as its service manager sees it."""

    def __init__(
        self,
        notifier: Notifier | None = None,
        patience_s: float = LEAST_S,
        pulse: Pulse | None = None,
        tally: Tally | None = None,
        clock: Callable[[], float] = time.monotonic,
        daily: Collection[str] = ALWAYS,
    ) -> None:
        """Watch a worker.

        Args:
            notifier: the way to the service manager.
            patience_s: how long there may be no progress, in seconds.
            pulse: the signs of life of its threads.
            tally: what it counts.
            clock: monotonic seconds.
            daily: the rates that are told also when they are 0.
        """
        self.notifier = notifier or Notifier()
        self.patience_s = patience_s
        self.pulse = pulse or Pulse(clock)
        self.tally = tally or Tally()
        self.clock = clock
        self.daily = daily
        self.look_s = min(LOOK_S, self.notifier.watchdog_s / PINGS or LOOK_S)
        self.due = self.status_due = 0.0
        self.before: tuple[float, Counter[Fact]] = clock(), Counter()
        self.moves = 0
        self.ready = False
        self.doing = self.trouble = ""

    def starting(self, doing: str) -> None:
        """Tell what the start is at, and that it goes on."""
        self.doing = doing
        self.notifier.tell(lasting(START_LIMIT_S) | {"STATUS": doing})

    def tend(self, in_flight: int, *, consuming: bool) -> None:
        """Look after the worker, if it is time to: told once in every turn.

        Args:
            in_flight: messages that are taken and not settled.
            consuming: whether the broker can hand messages over.
        """
        now = self.clock()
        if now < self.due and (self.ready or not consuming):
            return
        self.due = now + self.look_s
        if consuming and not self.ready:
            self.ready = self.notifier.tell({"READY": 1, "STATUS": "ready"})
        if not self.ready and not self.trouble:
            self.starting("waiting for the broker")
        self.watch(now, in_flight)
        if now >= self.status_due:
            self.status_due = now + STATUS_S
            self.report(now, in_flight, consuming=consuming)

    def watch(self, now: float, in_flight: int) -> None:
        """Ping if the worker gets on, and say so when it does not."""
        moves = sum(self.tally.counts[fact] for fact in MOVES)
        if not in_flight:
            self.pulse.rest()
        elif moves != self.moves:
            self.pulse.beat()
        self.moves = moves
        still_s, slowest = now - self.pulse.moved, self.pulse.slowest(now)
        trouble = stall(self.patience_s, still_s, slowest, in_flight)
        if bool(trouble) != bool(self.trouble):
            log.error("stuck: %s", trouble) if trouble else log.info("no longer stuck")
            self.status_due = now
        self.trouble = trouble
        if not trouble:
            self.notifier.tell({"WATCHDOG": 1})

    def report(self, now: float, in_flight: int, *, consuming: bool) -> None:
        """Tell the rates since the last report."""
        then, counts = self.before
        self.before = now, self.tally.counts.copy()
        found = rates(counts, self.tally.counts, now - then, in_flight)
        notes = [] if consuming else ["the broker is away"]
        if self.trouble:
            notes.append(f"stuck: {self.trouble}")
        if self.ready:
            told = "; ".join([*notes, spell(found, self.daily)])
            self.notifier.tell({"STATUS": told, RATES: orjson.dumps(found).decode()})

    def reloading(self) -> None:
        """Tell that a reload has begun; one during the start is a part of it."""
        if self.ready:
            self.notifier.tell(reloading())

    def reloaded(self, result: str) -> None:
        """Tell that a reload has ended, well or not: the worker goes on."""
        ready = {"READY": 1} if self.ready else {}
        self.notifier.tell(ready | {"STATUS": result})

    def stopping(self, in_flight: int) -> None:
        """Tell that the end has begun."""
        told = f"stopping: {in_flight} messages in flight"
        self.notifier.tell({"STOPPING": 1, "STATUS": told})
