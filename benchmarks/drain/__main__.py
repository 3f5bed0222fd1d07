"""Drains a full queue with a real worker, in several arms that take turns.

    python -m benchmarks.drain --events 200000 --rounds 3 --arms compiled telegraf --sink stub

RabbitMQ and sink are started for this, on free ports of the loopback, and are gone afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Any

from benchmarks.drain.drained import Course, Result, run
from benchmarks.drain.events import generate
from benchmarks.drain.peers import ARMS, Arm
from benchmarks.drain.sinks import SINKS
from tests.services import choice
from tests.services.scratch import Scratch, scratch_space

USUAL = ("sources", "compiled", "compiled-uncorrelated", "compiled-2")


def main() -> None:
    """Drain, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--sink", choices=SINKS, default="stub")
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=USUAL)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    bodies = list(generate(asked.events, asked.seed))
    with surroundings(asked.sink) as (scratch, broker, sink):
        course = Course(broker, sink, bodies)
        results = raced(runnable(asked.arms), course, asked.rounds, scratch)
    found = medians(results)
    if asked.json:
        print(json.dumps({"runs": [each._asdict() for each in results], "medians": dicts(found)}))
    else:
        print(f"load average {os.getloadavg()}, {os.cpu_count()} processors, {asked.rounds} rounds")
        print("\n".join(table(found)))


@contextmanager
def surroundings(sink: str) -> Iterator[tuple[Scratch, str, Any]]:
    """Run a broker and a sink; give a place for files, the broker's URL and the sink."""
    with ExitStack() as stack:
        scratch = stack.enter_context(scratch_space())
        node = choice.rabbitmq(scratch)
        stack.callback(node.lifecycle.discard)
        started: Any = SINKS[sink](scratch)
        yield scratch, stack.enter_context(node.vhost()), stack.enter_context(started)


def runnable(names: Iterable[str]) -> list[Arm]:
    """Return the arms that can run here, and say which can't."""
    arms = [ARMS[name] for name in names]
    for arm in arms:
        if arm.missing:
            print(f"{arm.name}: left out: {arm.missing}", file=sys.stderr)
    return [arm for arm in arms if not arm.missing]


def raced(arms: Sequence[Arm], course: Course, rounds: int, scratch: Scratch) -> list[Result]:
    """Run each arm in each round, the first of a round in turn."""
    results = []
    if course.sink.name != "stub":  # a server that has just started is slow
        run(arms[0], course, scratch.directory("warm-up"))
    for number in range(rounds):
        first = number % len(arms)
        for arm in (*arms[first:], *arms[:first]):
            results.append(run(arm, course, scratch.directory(arm.name)))
            print(tuple(results[-1]), file=sys.stderr)
    return results


def medians(results: Sequence[Result]) -> list[Result]:
    """Return the medians of each arm; of lost, doubled and left events the sums."""
    arms = dict.fromkeys(each.arm for each in results)
    return [middle([each for each in results if each.arm == arm]) for arm in arms]


def middle(runs: Sequence[Result]) -> Result:
    """Return the medians of some runs of one arm."""
    names = ("rate", "steady", "worker_us", "broker_us", "sink_us", "start_cpu_s", "peak_mb")
    found: dict[str, Any] = {name: median(getattr(each, name) for each in runs) for name in names}
    for name in ("lost", "duplicates", "left"):
        found[name] = sum(getattr(each, name) for each in runs)
    return runs[0]._replace(**found)


def dicts(results: Iterable[Result]) -> list[dict[str, Any]]:
    """Return results as JSON has them."""
    return [each._asdict() for each in results]


def table(results: Iterable[Result]) -> Iterator[str]:
    """Give the lines of a table."""
    yield (
        f"{'arm':22}{'sink':>14}{'events/s':>10}{'steady':>8}{'worker us':>10}"
        f"{'broker us':>10}{'sink us':>9}"
        f"{'peak MB':>9}{'lost':>6}{'twice':>6}"
    )
    for each in results:
        yield (
            f"{each.arm:22}{each.sink:>14}{each.rate:10.0f}{each.steady:8.0f}{each.worker_us:10.1f}"
            f"{each.broker_us:10.1f}{each.sink_us:9.1f}{each.peak_mb:9.1f}{each.lost:6}"
            f"{each.duplicates:6}"
        )


if __name__ == "__main__":
    main()
