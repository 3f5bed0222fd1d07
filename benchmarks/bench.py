"""The short benchmark: `make bench` runs it, and writes docs/benchmarks.rst and its drawing.

    python -m benchmarks.bench --events 20000 --out docs

It drains into the stub and into Elasticsearch, measures latency and single steps, and calculates
what growth needs. What can't run here (no compiled copy, no Telegraf) is left out, and said so.
With `--json` everything that was measured is printed too. `--sinks stub` leaves Elasticsearch out.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.drain.__main__ import dicts, medians, raced, runnable, surroundings
from benchmarks.drain.drained import Course
from benchmarks.drain.events import generate
from benchmarks.drain.sinks import SINKS, RealSink
from benchmarks.growth import Costs
from benchmarks.remembered_size import asked_for
from benchmarks.report import page, plot
from benchmarks.sessions import Shape
from benchmarks.steps import FOREIGN, compared
from mqworker.config.rulesfile import load_rules

STUB_ARMS = ("sources", "compiled", "compiled-uncorrelated", "compiled-2", "compiled-4", "telegraf")
REAL_ARMS = ("compiled", "telegraf")


def main() -> None:
    """Measure, and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--sinks", nargs="+", choices=SINKS, default=list(SINKS))
    parser.add_argument("--out", type=Path, default=Path("docs"))
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = measured(asked.events, asked.rounds, asked.sinks)
    (asked.out / "benchmarks.rst").write_text(page(found))
    (asked.out / "benchmarks.svg").write_text(plot(found))
    if asked.json:
        print(json.dumps(found))


def measured(events: int, rounds: int, sinks: list[str]) -> dict[str, Any]:
    """Measure everything."""
    bodies = list(generate(events))
    found: dict[str, Any] = {"conditions": conditions(events, rounds), "drains": []}
    for name in sinks:
        tell(f"drains into {name}")
        drained, stored_bytes = drains(name, bodies, rounds)
        found["drains"] += drained
        if stored_bytes:
            found["stored_bytes"] = stored_bytes
    tell("latency")
    found["latency"] = latency(has_compiled=any(each["arm"] == "compiled" for each in drained))
    tell("single steps")
    found["steps"] = compared(events, 2)
    tell("bytes per remembered event")
    found["remembered_bytes"] = asked_for(
        Shape(min(events, 50_000), rate=100.0), foreign=True, traced=True
    )
    found["message_bytes"] = sum(map(len, bodies)) / events
    found["costs"] = costs(found)
    return found


def conditions(events: int, rounds: int) -> dict[str, Any]:
    """Return under which conditions is measured."""
    return {
        "events": events,
        "rounds": rounds,
        "date": datetime.now(UTC).date().isoformat(),
        "processors": os.cpu_count(),
        "python": interpreter(),
        "load": os.getloadavg()[0],
    }


def interpreter() -> str:
    """Return the version of Python, and whether it is the distribution's: these are built better.

    Debian's is optimized by a profile and at link time, and needs a tenth less CPU than one that
    was built without.
    """
    version = platform.python_version()
    return f"{version} of the distribution" if sys.base_prefix == "/usr" else version


def drains(sink_name: str, bodies: list[bytes], rounds: int) -> tuple[list[Any], float]:
    """Drain into one sink; return medians, and the bytes on disk of a document (0: unknown)."""
    names = STUB_ARMS if sink_name == "stub" else REAL_ARMS
    arms = runnable(names) or runnable(["sources"])
    with surroundings(sink_name) as (scratch, broker, sink):
        # The last to run is ours, so that it is our documents whose bytes are counted.
        results = raced(arms[::-1], Course(broker, sink, bodies), rounds, scratch)
        size = sink.bytes_per_document() if isinstance(sink, RealSink) else 0.0
    order = [arm.name for arm in arms]
    return sorted(dicts(medians(results)), key=lambda each: order.index(each["arm"])), size


def latency(*, has_compiled: bool) -> list[dict[str, Any]]:
    """Return latencies, measured in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.drain.latency", "--json", "--seconds", "5"]
    command += ["--alone", "15", "--arms", "compiled" if has_compiled else "sources"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    latencies: list[dict[str, Any]] = json.loads(done.stdout)
    return latencies


def costs(found: dict[str, Any]) -> dict[str, float]:
    """Return the constants of growth: of the compiled worker, where there is one."""
    stub = {each["arm"]: each for each in found["drains"] if each["sink"] == "stub"}
    real = [
        each for each in found["drains"] if each["sink"] != "stub" and each["arm"] != "telegraf"
    ]
    ours = stub.get("compiled") or stub["sources"]
    steps = found["steps"].get("compiled") or found["steps"]["sources"]
    rules = load_rules()
    held = found["remembered_bytes"] * found["conditions"]["events"] / 1e6
    made = Costs(
        worker_us=ours["worker_us"],
        broker_us=ours["broker_us"],
        sink_us=real[0]["sink_us"] if real else 0.0,
        foreign_us=steps[f"({FOREIGN})"],
        queue_rate=max(each["rate"] for each in stub.values()),
        base_mb=max(0.0, ours["peak_mb"] - held),
        remembered_bytes=found["remembered_bytes"],
        window_s=(rules.reach + rules.lateness) * rules.bucket_s,
        stored_bytes=found.get("stored_bytes", 0.0),
        message_bytes=found["message_bytes"],
    )
    return asdict(made)


def tell(what: str) -> None:
    """Show progress."""
    print(f"{datetime.now(UTC):%H:%M:%S} {what}", file=sys.stderr)


if __name__ == "__main__":
    main()
