"""Where the microseconds of correlation go: each step alone, in one process, without threads.

python -m benchmarks.correlation_steps --events 100000
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import os
import pstats
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

from benchmarks.sessions import Shape, generate
from mqworker.config.extractors import load_extractors
from mqworker.config.rulesfile import load_rules
from mqworker.config.schemafiles import load_schemas
from mqworker.core.correlation.answer import Answer
from mqworker.core.correlation.coding import decode, encode
from mqworker.core.correlation.fill import filled
from mqworker.core.correlation.reach import Shelved, affected
from mqworker.core.correlation.replica import Change, Replica
from mqworker.core.correlation.rules import Rules
from mqworker.core.correlation.sighting import Sighter, Sighting
from mqworker.core.correlation.walk import resolve
from mqworker.core.extract import Extraction
from mqworker.core.message import Delivery, Document, Event, PlainProperties, Tag
from mqworker.core.naming import Naming
from mqworker.core.pipeline import documents, prepare
from mqworker.core.policy import Policy
from mqworker.ports import Remembered
from mqworker.remembering import Remembering

BATCH = 1000
Result = TypeVar("Result")


class Prepared(NamedTuple):
    """An event that is ready to be correlated."""

    event: Event
    document: Document
    delivery: Delivery


class Steps:
    """Adds up the CPU time of steps."""

    def __init__(self, events: int, profile: cProfile.Profile | None) -> None:
        self.events = events
        self.profile = profile
        self.spent: dict[str, float] = {}

    def timed(self, name: str, do: Callable[..., Result], *arguments: Any) -> Result:
        """Do something, and count it."""
        if self.profile:
            self.profile.enable()
        began = time.process_time()
        result = do(*arguments)
        self.spent[name] = self.spent.get(name, 0.0) + time.process_time() - began
        if self.profile:
            self.profile.disable()
        return result

    def show(self) -> None:
        """Print microseconds per event."""
        for name, spent in self.spent.items():
            print(f"{name:44}{spent / self.events * 1e6:8.2f} us")


def main() -> None:
    """Measure each step."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--per-request", type=int, default=0)
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    profile = cProfile.Profile() if arguments.profile else None
    steps = Steps(arguments.events, profile)
    shape = Shape(arguments.events, per_request=arguments.per_request)
    rules = load_rules()
    correlate(steps, rules, sighted(steps, rules, prepared(steps, shape)))
    print(f"load average {os.getloadavg()}, {shape}")
    steps.show()
    if profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(30)


def prepared(steps: Steps, shape: Shape) -> list[Prepared]:
    """Prepare every event of a stream; extraction is what this costs more with extractors."""
    received = datetime.now(UTC)
    deliveries = [
        Delivery(Tag(1, number), message.body, PlainProperties(message_id=message.name), received)
        for number, message in enumerate(generate(shape).messages)
    ]
    settle()
    without, shipped = policy(extracts=False), policy()
    for batch in batches(deliveries):
        steps.timed("(prepare without extraction)", prepare_all, batch, without)
        steps.timed("(prepare)", prepare_all, batch, shipped)
    made = []
    for delivery in deliveries:
        ready = prepare(delivery, shipped)
        made.append(Prepared(ready.events[0], documents(ready, shipped)[0], delivery))
    return made


def policy(*, extracts: bool = True) -> Policy:
    """Return the shipped policy, on request without extractors."""
    extraction = Extraction(load_extractors() if extracts else ())
    return Policy(load_schemas(()), naming=Naming(days_back=36500), extraction=extraction)


def prepare_all(deliveries: list[Delivery], policy: Policy) -> None:
    """Prepare a batch, and drop it."""
    for delivery in deliveries:
        prepare(delivery, policy)


Batch = list[tuple[Prepared, Sighting]]


def sighted(steps: Steps, rules: Rules, events: list[Prepared]) -> list[Batch]:
    """Return sightings, batch by batch."""
    settle()
    sighter = Sighter(rules)
    found = []
    for batch in batches(events):
        seen = steps.timed("see links and stated values", see_all, sighter, batch)
        found.append([(e, s) for e, s in zip(batch, seen, strict=True) if s])
    return found


def see_all(sighter: Sighter, batch: list[Prepared]) -> list[Sighting | None]:
    """Return the sightings of a batch."""
    return [sighter.see(*each) for each in batch]


def correlate(steps: Steps, rules: Rules, found: list[Batch]) -> None:
    """Remember, answer, and find who is affected."""
    settle()
    remembering = Remembering(rules, time.time)
    replica, names = remembering.replica, rules.names
    affects = 0
    for number, batch in enumerate(found):
        sightings = [sighting for _, sighting in batch]
        blob = steps.timed("encode", encode, sightings, names)
        steps.timed("decode (a row of another worker)", decode, blob, names)
        entry, own = Remembered(number, sightings), {sighting.id for sighting in sightings}
        changes = steps.timed("absorb", remembering.absorb, [entry], own)
        answers = steps.timed("answer", answer_all, replica, sightings)
        steps.timed("write answers into events", fill_all, rules, batch, answers)
        affects += steps.timed("find whom it affects", count_affected, replica, changes)
    print(f"{affects / steps.events:.3f} documents affected per event")


def answer_all(replica: Replica, sightings: list[Sighting]) -> list[Answer]:
    """Return what is known for each event of a batch."""
    return [resolve(replica, sighting) for sighting in sightings]


def fill_all(rules: Rules, batch: Batch, answers: list[Answer]) -> None:
    """Write answers into events."""
    for (prepared_event, _), answer in zip(batch, answers, strict=True):
        filled(prepared_event.event.fields, answer, rules)


def count_affected(replica: Replica, changes: dict[str, Change]) -> int:
    """Return how many documents a batch affects."""
    seen: set[Shelved] = set()
    return sum(1 for change in changes.values() for _ in affected(replica, change, seen))


def batches(items: list[Result]) -> Iterator[list[Result]]:
    """Give items batch by batch."""
    for first in range(0, len(items), BATCH):
        yield items[first : first + BATCH]


def settle() -> None:
    """Keep what is there already out of the collector's sight."""
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    main()
