"""What many requests want published, on its way to the broker.

1. A request is told "confirmed" only when the broker has confirmed all that it asked for.
2. What waits at the same time is published together, and shares the wait for its confirmations;
   with several lanes one batch is written while another waits.
3. What waits is bounded. Beyond that, and while the broker is away, nothing is taken.
4. A failure costs the requests that were in hand, which are told so at once; nothing is tried again
   here: only the client knows whether it still wants to.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from mqworker.core.backoff import Backoff
from mqworker.core.errors import Misconfigured, MqworkerError
from mqworker.core.message import Publication
from mqworker.ports import Publisher
from mqworker.pulse import Pulse, answered, failed

log = logging.getLogger(__name__)

IDLE_S = 1.0
"""How often a lane looks after its connection while there is nothing to publish, in seconds."""

PATIENCE = Backoff(least_s=0.25, most_s=4.0)
"""Between two attempts to reach a broker that is away."""

Word = Literal["confirmed", "unconfirmed", "full"]


class Job(NamedTuple):
    """What one request wants published; `settle` is called once, by a lane's thread."""

    events: Sequence[Publication]
    letters: Sequence[Publication]
    size: int
    settle: Callable[[Word], None]


@dataclass(frozen=True, slots=True)
class Outlet:
    """A lane's own way to the broker.

    events: publishes to the worker's exchange. letters: to the dead-letter queue.
    reach: connects if that is not done; raises Unavailable or Misconfigured.
    """

    events: Publisher
    letters: Publisher
    reach: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much may wait, and how much goes together.

    count, size: events and bytes of what waits.
    together: events of one batch; a request with more is a batch of its own.
    """

    count: int = 100_000
    size: int = 128 * 2**20
    together: int = 2_000


@dataclass
class Outflow:
    """A bounded line of jobs, and the lanes that serve it. For use by several threads."""

    outlets: Sequence[Outlet]
    bounds: Bounds = field(default_factory=Bounds)
    clock: Callable[[], float] = time.monotonic
    pulse: Pulse = field(default_factory=Pulse)

    def __post_init__(self) -> None:
        self.lock = threading.Condition()
        self.waiting: deque[Job] = deque()
        self.count = self.size = 0
        self.ready = False
        self.closing = False
        self.tried = threading.Event()
        self.refusal: Misconfigured | None = None
        self.threads: list[threading.Thread] = []

    def start(self, limit_s: float) -> None:
        """Start the lanes; wait a while for the first word from the broker.

        Raises:
            Misconfigured: the broker refuses for good.
        """
        for number, outlet in enumerate(self.outlets):
            name = f"publish-{number}"
            thread = threading.Thread(target=self.serve, args=(outlet,), name=name, daemon=True)
            self.threads.append(thread)
            thread.start()
        self.tried.wait(limit_s)
        if self.refusal:
            raise self.refusal

    def offer(self, job: Job) -> Word | None:
        """Put a job in line; return None, or why it is not taken."""
        with self.lock:
            if not self.ready or self.closing:
                return "unconfirmed"
            count = len(job.events) + len(job.letters)
            bounds = self.bounds
            if self.waiting and (
                self.count + count > bounds.count or self.size + job.size > bounds.size
            ):
                return "full"
            self.waiting.append(job)
            self.count += count
            self.size += job.size
            self.lock.notify()
        return None

    def serve(self, outlet: Outlet) -> None:
        """Be a lane: reach the broker, publish what waits, until the end.

        All of it is one errand: of a broker that is silent again and again nothing is heard.
        """
        with self.pulse.errand("broker"):
            self.serve_until_closing(outlet)
        for publisher in (outlet.events, outlet.letters):
            publisher.close()

    def serve_until_closing(self, outlet: Outlet) -> None:
        """Do what `serve` says."""
        failures = 0
        while not self.closing:
            if not self.reached(outlet):
                self.pause(PATIENCE.delay_s(failures, 0.5))
                failures += 1
                continue
            failures = 0
            answered()
            jobs = self.take()
            if jobs and not self.publish(outlet, jobs):
                self.pause(PATIENCE.least_s)

    def reached(self, outlet: Outlet) -> bool:
        """Reach the broker; tell whether it is there."""
        try:
            outlet.reach()
        except MqworkerError as error:
            failed(error)
            if isinstance(error, Misconfigured):
                self.refusal = error
            self.lose(error)
            return False
        except Exception as error:
            failed(error)
            log.exception("reaching the broker failed")
            self.lose(error)
            return False
        finally:
            self.tried.set()
        self.be_ready()
        return True

    def be_ready(self) -> None:
        """Take jobs from now on."""
        with self.lock:
            if not self.ready:
                log.info("broker ready: events are taken")
            self.ready = True

    def lose(self, error: Exception) -> None:
        """Take no jobs for now; tell those that wait."""
        with self.lock:
            if self.ready:
                log.warning("broker away: requests are answered 503: %s", error)
            self.ready = False
            jobs, self.waiting = self.waiting, deque()
            self.count = self.size = 0
        self.settle(jobs, "unconfirmed")

    def take(self) -> list[Job]:
        """Wait for jobs, for a second at most; return those that go together."""
        jobs: list[Job] = []
        taken = 0
        with self.lock:
            if not self.waiting and not self.closing:
                self.lock.wait(IDLE_S)
            while self.waiting:
                job = self.waiting[0]
                count = len(job.events) + len(job.letters)
                if jobs and taken + count > self.bounds.together:
                    break
                jobs.append(self.waiting.popleft())
                taken += count
                self.count -= count
                self.size -= job.size
        return jobs

    def publish(self, outlet: Outlet, jobs: Sequence[Job]) -> bool:
        """Publish jobs together, and settle them; tell whether the broker is there."""
        try:
            outlet.events.publish([each for job in jobs for each in job.events])
        except Exception as error:  # noqa: BLE001 - told; a lane never dies
            failed(error)
            self.tell(error)
            self.settle(jobs, "unconfirmed")
            self.lose(error)
            return False
        self.settle([job for job in jobs if not job.letters], "confirmed")
        for job in jobs:
            if job.letters:
                self.settle([job], self.bury(outlet, job))
        return True

    def bury(self, outlet: Outlet, job: Job) -> Word:
        """Publish the dead letters of a job, by themselves: one that fails costs no other job."""
        try:
            outlet.letters.publish(job.letters)
        except Exception as error:  # noqa: BLE001 - told; a lane never dies
            failed(error)
            self.tell(error)
            return "unconfirmed"
        answered()
        return "confirmed"

    def tell(self, error: Exception) -> None:
        """Log why something was not published."""
        if isinstance(error, MqworkerError):
            log.warning("not confirmed: %s", error)
        else:
            log.error("publishing failed", exc_info=error)

    def settle(self, jobs: Sequence[Job], word: Word) -> None:
        """Tell requests what became of them."""
        for job in jobs:
            job.settle(word)

    def pause(self, delay_s: float) -> None:
        """Wait, but not for longer than until the end."""
        until = self.clock() + delay_s
        while not self.closing and (left_s := until - self.clock()) > 0:
            time.sleep(min(left_s, 0.05))

    def close(self, limit_s: float = 15.0) -> None:
        """End the lanes after what they have in hand."""
        with self.lock:
            self.closing = True
            self.lock.notify_all()
        for thread in self.threads:
            thread.join(limit_s)
        self.lose(ConnectionError("stopped"))
