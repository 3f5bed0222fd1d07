"""The course of the demonstration: send, let a worker work, kill it, start another, look."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mqworker.brokers.sqlite import SqliteBroker
from mqworker.core.message import PlainProperties, Publication
from mqworker.database import database_path
from mqworker.demo.account import Account, take_account
from mqworker.demo.plan import COUNT, Plan, make_plan
from mqworker.demo.site import Site, make_site
from mqworker.wiring.broker import open_publisher

Bar = Callable[[str, int], AbstractContextManager[Callable[[int], Any]]]
"""Shows progress: called with what is done and how many there are; gives what is told of each step
that has been made."""

AT_ONCE = 250
POLL_S = 0.02
PATIENCE_S = 120.0
"""How long a worker may take before the account is taken without it."""


def demonstrate(directory: Path, bar: Bar) -> Account:
    """Send generated traffic through a worker in a directory, and return what became of it.

    Raises:
        OSError: the directory can't be written to.
        Unavailable: the broker or the store in it can't be used.
    """
    site = make_site(directory)
    plan = make_plan(datetime.now(UTC), COUNT)
    with bar("sending", len(plan.bodies)) as advance:
        send(site, plan, advance)
    started = time.monotonic()
    with bar("working", len(plan.bodies)) as advance:
        held = work(site, len(plan.bodies), advance)
    return take_account(site, plan, held, time.monotonic() - started)


def send(site: Site, plan: Plan, advance: Callable[[int], Any]) -> None:
    """Publish everything, confirmed."""
    exchange, queue = site.settings.exchange[0], site.settings.first_queue
    properties = PlainProperties(content_type="application/json", delivery_mode=2)
    with closing(open_publisher(site.settings)) as publisher:
        for start in range(0, len(plan.bodies), AT_ONCE):
            bodies = plan.bodies[start : start + AT_ONCE]
            publisher.publish([Publication(body, properties, exchange, queue) for body in bodies])
            advance(len(bodies))


def work(site: Site, total: int, advance: Callable[[int], Any]) -> int:
    """Work until the queue is empty, with a kill -9 half way; return how many were held then."""
    with closing(SqliteBroker(database_path(site.broker))) as broker:
        watch = Watch(broker, site.settings.first_queue, total, advance)
        with site.worker() as first:
            watch.until(total // 2, first)
            first.kill()
        held = broker.depth(site.settings.first_queue).unsettled
        with site.worker() as second:
            watch.until(0, second)
            stop(second)
    return held


class Watch:
    """Looks how many messages of a queue are not settled yet, and tells of the progress."""

    def __init__(
        self, broker: SqliteBroker, queue: str, total: int, advance: Callable[[int], Any]
    ) -> None:
        self.broker = broker
        self.queue = queue
        self.left = total
        self.advance = advance

    def until(self, few: int, worker: subprocess.Popen[bytes]) -> None:
        """Wait until no more than `few` are left, the worker has ended, or patience has."""
        patience = time.monotonic() + PATIENCE_S
        while self.left > few and worker.poll() is None and time.monotonic() < patience:
            time.sleep(POLL_S)
            left = sum(self.broker.depth(self.queue))
            self.advance(self.left - left)
            self.left = left


def stop(worker: subprocess.Popen[bytes]) -> None:
    """End a worker as an operator would."""
    worker.terminate()
    try:
        worker.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        worker.kill()
