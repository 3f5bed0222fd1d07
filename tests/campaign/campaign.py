"""One campaign from its first event to its verdict."""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

from mqworker import __version__
from mqworker.core.errors import MqworkerError
from tests.campaign.complaints import complaints
from tests.campaign.diary import Diary
from tests.campaign.drawing import page
from tests.campaign.fleet import Fleet, fleet
from tests.campaign.nemesis import Nemesis
from tests.campaign.oracle import Verdict, judge
from tests.campaign.plan import Plan, plan
from tests.campaign.publishing import Lane, lanes
from tests.campaign.record import Exit, Record
from tests.campaign.stores import Services
from tests.campaign.stream import traffic

STANDSTILL_S = 180.0
"""So long nothing at all may change before the end is given up: a slow machine is no defect."""

SAMPLE_S = 1.0
QUIET = 3
"""How often in a row the queue has to be empty."""


@dataclass
class Campaign:
    """A campaign and all that it leaves in its directory.

    plan.json, timeline.jsonl, timeline.html, result.json, the logs of all programs.
    """

    plan: Plan
    directory: Path
    echo: bool = False
    rate: float = 60.0
    record: Record = field(init=False)
    verdict: Verdict = field(init=False)
    faults: dict[str, int] = field(default_factory=dict)
    took_s: float = 0.0
    amid: int = 0

    def run(self, services: Services | None) -> Verdict:
        """Do it; return what the oracle says."""
        began = time.monotonic()
        name = f"c{self.plan.seed}-{uuid4().hex[:6]}"
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / "plan.json").write_text(json.dumps(self.plan.plain(), indent=1))
        diary = Diary(self.directory / "timeline.jsonl", echo=self.echo)
        self.record = Record(name)
        with fleet(name, self.plan.setup, services, self.directory, diary) as built:
            self.storm(built)
            self.record.documents = list(built.stores.documents(name))
            self.record.letters = built.stores.letters()
            self.close_books(built)
        self.verdict = judge(self.record)
        self.took_s = time.monotonic() - began
        diary.note("oracle", "judged", findings=len(self.verdict.findings))
        diary.close()
        self.write_result(diary)
        return self.verdict

    def storm(self, built: Fleet) -> None:
        """Send, do all faults, wait until everything has come to its end, and stop the workers."""
        sent = traffic(
            built.run,
            self.plan.seed,
            self.plan.seconds,
            self.rate,
            conflicts=built.stores.conflicts,
        )
        self.record.obligations = sent.obligations
        stop = Event()
        senders = lanes(built, sent.shipments, stop)
        nemesis = Nemesis(built, self.plan.faults)
        built.diary.begin()
        for unit in built.units.values():
            unit.start()
        built.diary.note("campaign", "begins", seed=self.plan.seed, events=len(sent.obligations))
        with sampled(built, senders):
            for sender in senders:
                sender.start()
            nemesis.run()
            built.heal()
            _, confirmed, depth = observe(built, senders)
            self.amid = max(0, confirmed - depth) if depth >= 0 else 0
            built.diary.note("campaign", "faults are over", settled=self.amid)
            self.record.stuck = self.await_quiet(built, senders)
        stop.set()
        self.faults = dict(nemesis.done)
        self.record.complaints += nemesis.problems
        self.end(built, senders)

    def await_quiet(self, built: Fleet, senders: list[Lane]) -> str:
        """Wait until all is sent and the queue is empty; return what is stuck, else ""."""
        state, changed, quiet = (0, 0, 0), time.monotonic(), 0
        while quiet < QUIET:
            now = observe(built, senders)
            if now != state:
                state, changed = now, time.monotonic()
            quiet = quiet + 1 if now[0] == 0 == sum(now[2:]) else 0
            dead: list[object] = [each for each in senders if each.left and not each.is_alive()]
            dead += [each for each in built.units.values() if not each.thread.is_alive()]
            if dead or (time.monotonic() - changed > STANDSTILL_S and not quiet):
                return f"nothing moved for {STANDSTILL_S:.0f} s: {now}; {stacks(senders)}"
            time.sleep(SAMPLE_S / 2)
        return ""

    def end(self, built: Fleet, senders: list[Lane]) -> None:
        """Stop everything, and note how it ended."""
        for unit in built.units.values():
            began = built.diary.now
            if not unit.end():
                self.record.complaints.append(f"{unit.name} did not end when it was told to")
            built.diary.note(unit.name, "ended", began)
        for sender in senders:
            sender.join(60)
            self.record.confirmed |= sender.confirmed
            self.record.complaints += sender.complaints

    def close_books(self, built: Fleet) -> None:
        """Collect what the programs said and how they ended."""
        for unit in built.units.values():
            self.record.exits += unit.exits
            self.record.exits += unit.child_exits()
            self.record.complaints += complaints(unit.logs)

    def write_result(self, diary: Diary) -> None:
        """Write the result for programs, and the picture for people."""
        result = self.result()
        (self.directory / "result.json").write_text(json.dumps(result, indent=1))
        (self.directory / "timeline.html").write_text(page(result, diary.entries))

    def result(self) -> dict[str, Any]:
        """Return what a table wants to know."""
        return {
            "seed": self.plan.seed,
            "seconds": self.plan.seconds,
            "took_s": round(self.took_s, 1),
            "memory": self.plan.setup.memory,
            "outage": self.plan.setup.outage,
            "version": __version__,
            "date": f"{datetime.now(UTC):%Y-%m-%d}",
            "planned": len(self.plan.faults),
            "faults": self.faults,
            "ends": ends(self.record.exits),
            "settled_amid_faults": self.amid,
            "figures": self.verdict.figures,
            "findings": [each._asdict() for each in self.verdict.findings[:200]],
            "found": len(self.verdict.findings),
        }


def ends(exits: list[Exit]) -> dict[str, int]:
    """Count how processes ended."""
    found: dict[str, int] = {}
    for each in exits:
        key = f"{each.meant or 'by itself'} {each.status}"
        found[key] = found.get(key, 0) + 1
    return found


def observe(built: Fleet, senders: list[Lane]) -> tuple[int, int, int]:
    """Return shipments that are left, confirmed events, and messages of the queue (-1: unknown)."""
    left = sum(sender.left for sender in senders)
    confirmed = sum(len(sender.confirmed) for sender in senders)
    depth = -1
    with suppress(OSError, AssertionError, KeyError, ValueError, MqworkerError):
        depth = built.stores.depth()
    return left, confirmed, depth


def stacks(senders: list[Lane]) -> str:
    """Tell where senders are that have not ended."""
    frames = sys._current_frames()
    return "; ".join(
        f"{type(each).__name__}, {each.left} left, {each.tries} tries: "
        + " < ".join(f"{f.name}:{f.lineno}" for f in traceback.extract_stack(frame)[-8:])
        for each in senders
        if each.left and each.ident and (frame := frames.get(each.ident))
    )


@contextmanager
def sampled(built: Fleet, senders: list[Lane]) -> Iterator[None]:
    """Note confirmed events and the queue's depth every second."""
    stop = Event()

    def sample() -> None:
        while not stop.wait(SAMPLE_S):
            left, confirmed, depth = observe(built, senders)
            built.diary.note("campaign", "rate", left=left, confirmed=confirmed, depth=depth)

    thread = Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def campaign(seed: int, seconds: float, directory: Path, *, echo: bool = False) -> Campaign:
    """Return the campaign of a seed, ready to run."""
    return Campaign(plan(seed, seconds), directory, echo)
