"""What correlation costs a worker in CPU per event, over each memory.

    python -m benchmarks.correlation_cost --events 200000 --runs 3

Each run is a worker in a process of its own that drains a stream from a list into a store that
costs next to nothing. A worker without rules and extractors, and one with them over each memory,
take turns; what correlation costs (sightings, memory, answers, completed documents, and the
extraction of facts) is the difference of the medians. Redis runs on a free port, with its data in
a temporary directory.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from statistics import median
from typing import Any, NamedTuple

from benchmarks.running import redis_server, run_together
from benchmarks.sessions import Shape
from benchmarks.trial import Trial

TARGETS_US = {"process": 15.0, "sqlite": 20.0, "redis": 25.0}
PROCESSES = 4
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - in a directory of our own there

Arm = Callable[[Shape], list[Trial]]
"""Gives the trials that run at the same time."""


class Cost(NamedTuple):
    """The runs of one arm: CPU per event (us) and events per second of each; the last, whole."""

    arm: str
    cpu_us: list[float]
    rates: list[float]
    last: list[dict[str, Any]]


def main() -> None:
    """Measure, and print a table."""
    arguments = parsed()
    shape = Shape(arguments.events, arguments.seed, per_request=arguments.per_request)
    with (
        tempfile.TemporaryDirectory() as disk,
        tempfile.TemporaryDirectory(dir=SHARED_MEMORY) as ram,
        redis_server(disk) as url,
    ):
        known = arms(disk, ram, url)
        chosen = {name: known[name] for name in ("without", *arguments.arms)}
        costs = measured(shape, chosen, arguments.runs)
    if arguments.json:
        print(json.dumps([cost._asdict() for cost in costs]))
    else:
        print(f"load average {os.getloadavg()}, {os.cpu_count()} processors, {shape}")
        print_costs(costs)


def parsed() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--per-request", type=int, default=0, help="events that share a request ID")
    names = [*TARGETS_US, "together"]
    parser.add_argument("--arms", nargs="*", default=names, choices=names)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def arms(disk: str, ram: str, url: str) -> dict[str, Arm]:
    """Return what can be measured, each time with a memory of its own."""
    number = count()

    def together(shape: Shape) -> list[Trial]:
        run = next(number)
        trial = Trial(shape, f"{disk}/{run}.sqlite", shares=PROCESSES, documents=f"{ram}/{run}")
        return [replace(trial, share=share) for share in range(PROCESSES)]

    return {
        "without": lambda shape: [Trial(shape)],
        "process": lambda shape: [Trial(shape, "process")],
        "sqlite": lambda shape: [Trial(shape, f"{disk}/{next(number)}.sqlite")],
        "redis": lambda shape: [Trial(shape, f"{url}#run{next(number)}")],
        "together": together,
    }


def measured(shape: Shape, chosen: dict[str, Arm], runs: int) -> list[Cost]:
    """Run each arm in turn, so that what else the machine does meets all of them."""
    costs = {name: Cost(name, [], [], []) for name in chosen}
    for _ in range(runs):
        for name, arm in chosen.items():
            costs[name] = noted(costs[name], run_together(arm(shape)))
    return list(costs.values())


def noted(cost: Cost, results: list[dict[str, Any]]) -> Cost:
    """Add a run."""
    events = sum(result["events"] for result in results)
    cpu = sum(result["cpu_s"] for result in results)
    lasted = max(each["ended"] for each in results) - min(each["began"] for each in results)
    return Cost(
        cost.arm,
        [*cost.cpu_us, round(cpu / events * 1e6, 2)],
        [*cost.rates, round(events / lasted)],
        results,
    )


def print_costs(costs: list[Cost]) -> None:
    """Print a table: medians, and what is more than without correlation."""
    plain = median(costs[0].cpu_us)
    print(
        f"{'memory':10}{'CPU us':>8}{'more':>8}{'target':>8}{'events/s':>10}{'filled':>9}"
        f"{'read':>7}{'replaced':>9}{'B/event':>9}   us of each run"
    )
    for cost in costs:
        filled, read, written, events = totals(cost)
        grown = sum(each["grown"] for each in cost.last) / events
        middle, target = median(cost.cpu_us), TARGETS_US.get(cost.arm, "")
        print(
            f"{cost.arm:10}{middle:8.1f}{middle - plain:8.1f}{target:>8}{median(cost.rates):10.0f}"
            f"{filled / events:9.3f}{read / events:7.3f}{written / events:9.3f}{grown:9.0f}"
            f"   {cost.cpu_us}"
        )


def totals(cost: Cost) -> Iterator[int]:
    """Give counts of the last run: filled at once, documents read, replaced, and events."""
    yield sum(each["counts"].get("filled", 0) for each in cost.last)
    for name in ("reads", "replaced", "events"):
        yield sum(each[name] for each in cost.last)


if __name__ == "__main__":
    main()
