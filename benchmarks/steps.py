"""Where the microseconds of an event go: each step of its way alone, in one process.

    python -m benchmarks.steps --events 50000

The steps are those of a worker that drains events of `benchmarks.drain`, with the shipped rules and
extractors. They run batch by batch, the fastest of several rounds counts. With `--compare` the
compiled copy (`make compiled`) is measured beside the sources, in processes of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from struct import Struct
from typing import Any, TypeVar

import orjson

from benchmarks.correlation_steps import answer_all, batches, policy, settle
from benchmarks.drain.events import generate
from benchmarks.drain.peers import COMPILED
from mqworker.brokers.frames import DeliveryReader
from mqworker.config.rulesfile import load_rules
from mqworker.core.addresses import clean_addresses
from mqworker.core.bulk import build, judge
from mqworker.core.correlation.coding import decode as decode_row
from mqworker.core.correlation.coding import encode
from mqworker.core.correlation.sighting import Sighter
from mqworker.core.decode import decode
from mqworker.core.document import placed, serialize
from mqworker.core.free_form import clean_free_form
from mqworker.core.identity import identify
from mqworker.core.message import Delivery, Document, Event, Tag
from mqworker.core.normalize import normalize
from mqworker.core.pipeline import moment_of
from mqworker.ports import Remembered
from mqworker.remembering import Remembering

Result = TypeVar("Result")
FRAME = Struct(">BHI")
DELIVER = b"\x00\x3c\x00\x3c\x01c%b\x00\x09eventtask\x09eventtask"
PROPERTIES = b"\x90\x00\x10application/json\x02"
CHUNK = 65_536
FOREIGN = "decode and absorb a row of another worker"


class Steps:
    """Adds up the CPU time of steps, in the order in which they first come."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    def timed(self, name: str, do: Callable[..., Result], *arguments: Any) -> Result:
        """Do something, and count it."""
        began = time.process_time()
        result = do(*arguments)
        self.spent[name] = self.spent.get(name, 0.0) + time.process_time() - began
        return result


class Way:
    """The way of a message, taken step by step by whole batches."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.policy = policy()
        self.rules = load_rules()
        self.names = self.rules.names
        self.sighter = Sighter(self.rules)
        self.remembering = Remembering(self.rules, time.time)
        self.foreign = Remembering(self.rules, time.time)

    def take(self, number: int, stream: bytes) -> None:
        """Take the frames of a batch all the way."""
        timed = self.steps.timed
        deliveries = timed("frames", self.read, stream)
        moment = moment_of(deliveries[0], self.policy)
        names = timed("identify", lambda: [identify(d, self.policy.salt) for d in deliveries])
        records = timed("decode", self.decode, deliveries)
        normal = timed("normalize", lambda: [normalize(record, moment) for record in records])
        events = [fields for fields, _ in normal]
        timed("clean", clean_all, events)
        timed("extract", lambda: [self.policy.extraction.apply(fields) for fields in events])
        schemas = timed("validate", lambda: [self.policy.schemas.validate(e) for e in events])
        made = [
            Event(name, 0, occurred, fields, schema)
            for name, (fields, occurred), schema in zip(names, normal, schemas, strict=True)
        ]
        naming, at = self.policy.naming, moment.received
        documents = timed("place", lambda: [placed(e, naming, None, at) for e in made])
        self.correlate(number, made, documents, deliveries)
        sources = timed("serialize", lambda: [serialize(fields) for fields in events])
        self.write([d._replace(source=s) for d, s in zip(documents, sources, strict=True)])

    def read(self, stream: bytes) -> list[Delivery]:
        """Take deliveries out of a stream, in pieces as they come from a socket."""
        found: list[Delivery] = []
        received = datetime.now(UTC)

        def deliver(_: bytes, number: int, again: bool, *rest: Any) -> None:
            exchange, key, properties, body = rest
            tag = Tag(1, number)
            found.append(Delivery(tag, body, properties, received, again, exchange, key))

        reader = DeliveryReader(deliver, print)
        for first in range(0, len(stream), CHUNK):
            reader.feed(stream[first : first + CHUNK])
        return found

    def decode(self, deliveries: list[Delivery]) -> list[Any]:
        """Return the records of messages that are one event each."""
        limits = self.policy.limits
        return [decode(each.body, None, limits).items[0] for each in deliveries]

    def correlate(
        self,
        number: int,
        events: list[Event],
        documents: list[Document],
        deliveries: list[Delivery],
    ) -> None:
        """See, remember and answer."""
        timed, see = self.steps.timed, self.sighter.see
        triples = list(zip(events, documents, deliveries, strict=True))
        seen = timed("see", lambda: [see(*each) for each in triples])
        sightings = [sighting for sighting in seen if sighting]
        row = timed("encode", encode, sightings, self.names)
        own = {sighting.id for sighting in sightings}
        entry = Remembered(number, sightings)
        timed("absorb", self.remembering.absorb, [entry], own)
        timed("forget", self.remembering.forget)
        timed(f"({FOREIGN})", self.absorb_foreign, number, row)
        timed("(answer, for each that lacks something)", self.answer, sightings)

    def absorb_foreign(self, number: int, row: bytes) -> None:
        """Take in what another worker has remembered."""
        self.foreign.absorb([Remembered(number, decode_row(row, self.names))])
        self.foreign.forget()

    def answer(self, sightings: list[Any]) -> None:
        """Find what is known."""
        answer_all(self.remembering.replica, sightings)

    def write(self, documents: list[Document]) -> None:
        """Build a bulk request, and judge its answer."""
        timed = self.steps.timed
        body = timed("bulk build", build, documents)
        item = {"create": {"status": 201}}
        answer = orjson.dumps({"items": [item] * len(documents)})
        timed("judge", lambda: judge(orjson.loads(answer), len(documents), len(body)))


def clean_all(events: list[dict[str, Any]]) -> None:
    """Clean addresses and free-form values."""
    for fields in events:
        clean_addresses(fields)
        clean_free_form(fields)


def frames(bodies: list[bytes]) -> bytes:
    """Return deliveries as the broker writes them: method, header and body frames."""
    parts = []
    for number, body in enumerate(bodies, 1):
        method = DELIVER % (number.to_bytes(8, "big"))
        header = b"\x00\x3c\x00\x00" + len(body).to_bytes(8, "big") + PROPERTIES
        for kind, payload in ((1, method), (2, header), (3, body)):
            parts.append(FRAME.pack(kind, 1, len(payload)) + payload + b"\xce")
    return b"".join(parts)


def measure(events: int, rounds: int) -> dict[str, float]:
    """Return microseconds per event of each step, the fastest of some rounds."""
    streams = [frames(each) for each in batches(list(generate(events)))]
    found: dict[str, float] = {}
    for _ in range(rounds):
        steps = Steps()
        way = Way(steps)
        settle()
        for number, stream in enumerate(streams, 1):
            way.take(number, stream)
        for name, spent in steps.spent.items():
            found[name] = min(found.get(name, 1e9), round(spent / events * 1e6, 2))
    return found


def compared(events: int, rounds: int) -> dict[str, dict[str, float]]:
    """Measure the sources, and the compiled copy where there is one, each in its own process."""
    places = {"sources": Path.cwd()}
    if (COMPILED / "mqworker").exists():
        places["compiled"] = COMPILED
    return {name: asked_for(place, events, rounds) for name, place in places.items()}


def asked_for(place: Path, events: int, rounds: int) -> dict[str, float]:
    """Measure in a new process, with the package of this place."""
    command = [sys.executable, "-m", "benchmarks.steps", "--json", "--events", str(events)]
    command += ["--rounds", str(rounds)]
    env = os.environ | {"PYTHONPATH": str(place)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=env, cwd=place)
    found: dict[str, dict[str, float]] = json.loads(done.stdout)
    return found["here"]


def table(found: dict[str, dict[str, float]]) -> Iterator[str]:
    """Give the lines of a table; what is in brackets is no part of the sum."""
    first = next(iter(found.values()))
    yield f"{'us per event':46}" + "".join(f"{name:>10}" for name in found)
    for step in first:
        yield f"{step:46}" + "".join(f"{each[step]:10.2f}" for each in found.values())
    yield f"{'together':46}" + "".join(f"{together(each):10.2f}" for each in found.values())


def together(steps: dict[str, float]) -> float:
    """Return the sum of the steps that every event takes."""
    return sum(us for step, us in steps.items() if not step.startswith("("))


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--compare", action="store_true", help="sources and compiled, side by side")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    measuring = (asked.events, asked.rounds)
    found = compared(*measuring) if asked.compare else {"here": measure(*measuring)}
    if asked.json:
        print(json.dumps(found))
    else:
        print(f"load average {os.getloadavg()}, {asked.events} events")
        print("\n".join(table(found)))


if __name__ == "__main__":
    main()
