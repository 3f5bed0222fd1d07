"""The storm itself: each fault in a thread of its own, begun and ended when the plan says so.

Everything overlaps, but a service is not stopped or killed while it is down or has just come up.
What can't be done is noted as skipped.
"""

from __future__ import annotations

import os
import signal
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

from tests.campaign import clocks
from tests.campaign.fleet import Fleet
from tests.campaign.plan import UNITS, Fault

Undo = Callable[[], object]
UP_S = 8.0
"""So long a service is up, at least, before it is stopped or killed again."""

LEAST = 512
"""Bytes of the smallest write that is tried when a disk is filled."""


def nothing() -> None:
    """Undo what is over at once."""


class Nemesis:
    """Does to a fleet what the plan says; `done` counts what was done, by kind and target."""

    def __init__(self, fleet: Fleet, faults: tuple[Fault, ...]) -> None:
        self.fleet, self.faults, self.diary = fleet, faults, fleet.diary
        self.locks: dict[str, Lock] = defaultdict(Lock)
        self.stop = Event()
        self.rested: dict[str, float] = {}
        self.done: dict[str, int] = defaultdict(int)
        self.problems: list[str] = []

    def run(self) -> None:
        """Do everything; returns when the last fault is over."""
        threads = []
        for fault in self.faults:
            if self.stop.wait(max(0.0, fault.at - self.diary.now)):
                break
            threads.append(Thread(target=self.inflict, args=(fault,), daemon=True))
            threads[-1].start()
        for thread in threads:
            thread.join()

    def inflict(self, fault: Fault) -> None:
        """Begin a fault, wait, and end it."""
        if reason := self.fleet.lacking.get(fault.kind):
            self.diary.note(fault.target, f"{fault.kind}: skipped", told=reason)
            return
        try:
            with self.held(fault) as free:
                if not free:
                    self.diary.note(fault.target, f"{fault.kind}: skipped", told="not up yet")
                elif not self.carry_out(fault):
                    self.diary.note(fault.target, f"{fault.kind}: skipped", told="not there")
        except Exception as error:  # noqa: BLE001 - a fault that fails is told in the verdict
            self.problems.append(f"{fault}: {error!r}")
            self.diary.note(fault.target, f"{fault.kind}: failed", told=repr(error))

    @contextmanager
    def held(self, fault: Fault) -> Iterator[bool]:
        """Have the target for oneself where that is needed; give whether it is to be had.

        A service has to have been up for as long as it was away: on a slow machine, where a start
        takes a minute, it would else never be there.
        """
        if not self.is_exclusive(fault):
            yield True
            return
        if not self.locks[fault.target].acquire(blocking=False):
            yield False
            return
        try:
            yield self.diary.now >= self.rested.get(fault.target, 0.0)
        finally:
            self.locks[fault.target].release()

    def carry_out(self, fault: Fault) -> bool:
        """Do it, and undo it when its time is over; tell whether it could be done."""
        began = self.diary.now
        undo = getattr(self, "do_" + fault.kind.replace(" ", "_"), self.do_gate)(fault)
        if undo is None:
            return False
        self.stop.wait(fault.lasting)
        undo()
        if self.is_exclusive(fault):
            now = self.diary.now
            self.rested[fault.target] = now + max(UP_S, now - began)
        self.done[f"{fault.kind} {fault.target}"] += 1
        self.diary.note(fault.target, fault.kind, began, how=fault.how)
        return True

    @staticmethod
    def is_exclusive(fault: Fault) -> bool:
        """Tell whether a fault needs its target for itself: services that are down."""
        return fault.target not in UNITS and fault.kind in ("stop", "kill", "close", "disk full")

    def service(self, name: str) -> Any:
        """Return a service."""
        return getattr(self.fleet.services, name)

    def do_kill(self, fault: Fault) -> Undo | None:
        """SIGKILL of a process, or of a service, which is started again later."""
        if fault.target in UNITS:
            unit = self.fleet.units[fault.target]
            return nothing if unit.signal(signal.SIGKILL, fault.how) else None
        self.service(fault.target).kill()
        return lambda: bring_back(self.service(fault.target))

    def do_stop(self, fault: Fault) -> Undo:
        """Stop a service in good order."""
        self.service(fault.target).stop()
        return lambda: bring_back(self.service(fault.target))

    def do_pause(self, fault: Fault) -> Undo | None:
        """SIGSTOP, and SIGCONT later."""
        unit = self.fleet.units[fault.target]
        found = unit.victim(fault.how)
        if found is None or not unit.signal(signal.SIGSTOP, fault.how):
            return None
        return lambda: resume(found[1])

    def do_term(self, fault: Fault) -> Undo:
        """SIGTERM, as an administrator stops a unit and starts it again."""
        self.fleet.units[fault.target].term()
        return nothing

    def do_reload(self, fault: Fault) -> Undo | None:
        """SIGHUP, once it listens to it."""
        unit = self.fleet.units[fault.target]
        daemon = unit.running
        ready = daemon and ("role=" in (text := daemon.log.read_text()) or "listening" in text)
        return nothing if ready and unit.signal(signal.SIGHUP) else None

    def do_clock(self, fault: Fault) -> Undo:
        """Set a worker's clock: so many seconds away from the true time."""
        clocks.set_offset(self.fleet.clock(fault.target), int(fault.how))
        return nothing

    def do_close(self, _: Fault) -> Undo | None:
        """Close every connection to RabbitMQ, as an administrator does."""
        try:
            self.service("rabbitmq").close_connections()
        except (OSError, AssertionError):
            return None
        return nothing

    def do_gate(self, fault: Fault) -> Undo:
        """Answer for Elasticsearch."""
        gate = self.fleet.gate
        assert gate is not None
        gate.delay_s = float(fault.how or 0)
        gate.mode = fault.kind

        def undo() -> None:
            if gate.mode == fault.kind:
                gate.mode = ""

        return undo

    def do_cut(self, fault: Fault) -> Undo:
        """Reset every connection of a link."""
        self.fleet.links[fault.target].cut()
        return nothing

    def do_delay(self, fault: Fault) -> Undo:
        """Hold up every piece of data on a link."""
        link = self.fleet.links[fault.target]
        link.delay_s = float(fault.how)
        return lambda: setattr(link, "delay_s", 0.0)

    def do_throttle(self, fault: Fault) -> Undo:
        """Let few bytes through a link."""
        link = self.fleet.links[fault.target]
        link.rate = float(fault.how)
        return lambda: setattr(link, "rate", 0.0)

    def do_silence(self, fault: Fault) -> Undo:
        """Let nothing through a link, whose connections stay open."""
        link = self.fleet.links[fault.target]
        link.silence()
        return link.resume

    def do_disk_full(self, _: Fault) -> Undo:
        """Fill the disk of embedded stores to the last byte."""
        filler = self.fleet.disk / "filler"
        fill(filler)
        return lambda: filler.unlink(missing_ok=True)


def bring_back(service: Any) -> None:
    """Start a service; once more where it took too long and was given up."""
    try:
        service.start()
    except RuntimeError:
        service.start()


def resume(pid: int) -> None:
    """Send SIGCONT to a process that may be gone."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


def fill(path: Path) -> None:
    """Write until there is no room."""
    with path.open("ab", buffering=0) as file:
        size = 1 << 20
        while size >= LEAST:
            try:
                file.write(b"\0" * size)
            except OSError:
                size //= 2
