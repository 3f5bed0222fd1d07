"""Bytes per remembered event, with everything that is kept for it.

python -m benchmarks.remembered_size --events 200000
"""

from __future__ import annotations

import argparse
import gc
import json
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from benchmarks.correlation_steps import batches, policy
from benchmarks.parts import Message
from benchmarks.sessions import Shape, generate
from benchmarks.trial import own_bytes
from mqworker.config.rulesfile import load_rules
from mqworker.core.correlation.coding import decode, encode
from mqworker.core.correlation.sighting import Sighter, Sighting
from mqworker.core.message import Delivery, PlainProperties, Tag
from mqworker.core.pipeline import documents, prepare
from mqworker.ports import Remembered
from mqworker.remembering import Remembering

WARM_UP = 5000
POLICY = policy()

CASES: dict[str, dict[str, Any]] = {
    "sessions of 20 events": {},
    "sessions of 20, 2 events a request": {"per_request": 2},
    "every event a session and a connection": {"length": 1, "text": 0.0, "lacking": 0.0},
    "every event a session": {"length": 1, "text": 0.0, "lacking": 0.0, "ports": False},
}


def main() -> None:
    """Measure each case in processes of its own, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--case", help="for this program's own use")
    arguments = parser.parse_args()
    if arguments.case:
        asked = json.loads(arguments.case)
        print(measured(Shape(**asked["shape"]), **asked["how"]))
        return
    print(f"{'':42}{'own events':>24}{'of other workers':>24}")
    print(f"{'bytes per remembered event':42}" + f"{'process':>12}{'allocated':>12}" * 2)
    for name, options in CASES.items():
        shape = Shape(arguments.events, rate=100.0, **options)
        print(f"{name:42}", end="")
        for foreign in (False, True):
            for traced in (False, True):
                print(
                    f"{asked_for(shape, foreign=foreign, traced=traced):12.0f}", end="", flush=True
                )
        print()


def asked_for(shape: Shape, *, foreign: bool, traced: bool) -> float:
    """Measure in a new process."""
    case = json.dumps({"shape": asdict(shape), "how": {"foreign": foreign, "traced": traced}})
    command = [sys.executable, "-m", "benchmarks.remembered_size", "--case", case]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def measured(shape: Shape, *, foreign: bool, traced: bool) -> float:
    """Return by how many bytes per event the process, or what it has allocated, has grown.

    Args:
        shape: the stream. Nothing of it may be forgotten.
        foreign: the sightings come from the log, as those of other workers do.
        traced: count what Python has allocated, not what the process has grown by.
    """
    messages = generate(shape).messages
    rules = load_rules()
    remembering = Remembering(rules, time.time)
    names = rules.names
    sighter = Sighter(rules)
    see(sighter, messages[:WARM_UP])  # fills caches of fixed size
    if traced:
        tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0] if traced else own_bytes()
    for number, batch in enumerate(batches(list(range(len(messages))))):
        sightings = see(sighter, messages[batch[0] : batch[-1] + 1])
        own = {sighting.id for sighting in sightings}
        if foreign:
            sightings, own = decode(encode(sightings, names), names), set()
        remembering.absorb([Remembered(number, sightings)], own)
        remembering.forget()
    gc.collect()
    after = tracemalloc.get_traced_memory()[0] if traced else own_bytes()
    assert len(remembering.kept) == number + 1, "some of it was forgotten"
    return (after - before) / len(messages)


def see(sighter: Sighter, messages: Sequence[Message]) -> list[Sighting]:
    """Return the sightings of some messages, which share nothing with the stream."""
    received = datetime.now(UTC)
    found = []
    for number, (name, body) in enumerate(messages):
        properties = PlainProperties(message_id=f"{name} "[:-1])
        ready = prepare(Delivery(Tag(1, number), body, properties, received), POLICY)
        (document,) = documents(ready, POLICY)
        found.append(sighter.see(ready.events[0], document, ready.delivery))
    return [sighting for sighting in found if sighting]


if __name__ == "__main__":
    main()
