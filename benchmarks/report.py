"""What was measured, as a page of the documentation and a drawing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.drawing import Bar, chart
from benchmarks.growth import FORMULAS, Costs, constants, most_shared, needs
from benchmarks.steps import together

RATES = (5_000, 20_000, 50_000, 100_000, 200_000)
INTRODUCTION = """\
Benchmarks
==========

Written by ``make bench``; do not edit it. ``benchmarks/README.rst`` says what is measured, and how
to measure longer and more exactly. Figures of a short run on a shared machine tell orders of
magnitude: only those of one run may be compared with each other.

"""
DRAINS = """\
Draining a full queue
---------------------

A durable queue of persistent messages, the real worker as its own process (normalize, extract,
validate, correlate, write in bulk, acknowledge), a sink. CPU is user and system, per event, from
the first message taken to the last event in the sink; broker, worker and sink share the machine.
``steady`` is events/s without the last tenth: who writes what is left over by a timer, as Telegraf
does each second, shows a poor rate in a short run. ``busy`` is the share of the processors that
these three had: the rest waited, or went to others. ``stub`` is a sink that costs next to nothing.
``uncorrelated`` is a worker without rules; ``-2`` and ``-4`` are so many processes. Telegraf
neither checks nor correlates, and gives documents no ID of their own; its index in Elasticsearch
has keywords where mqworker's has them.

"""
LATENCY = """\
Latency
-------

From the moment in which an event is published to the answer of its bulk request, by the stub. A
batch waits for 100 ms for more to come (``--batch-age``).

"""
STEPS = """\
Where the microseconds go
-------------------------

``make profile``: each step alone, in one thread, without sockets. What is in brackets is not a cost
of every event, and no part of the sum. The difference to the worker's CPU above is the rest of the
shell: sockets and the HTTP client, threads, bookkeeping, memory's file.

"""
GROWTH = """\
Growth to many hosts: a calculation
-----------------------------------

Nothing below was run: these are the formulas, the constants as measured above, and what follows.
``remembered`` is what Python has allocated for it; ``window`` is what the shipped rules ask for;
``stored`` is a document before Elasticsearch has merged segments.

"""


def page(found: dict[str, Any]) -> str:
    """Return the page."""
    return "\n".join(
        [
            INTRODUCTION + told(found["conditions"]),
            DRAINS + drains(found["drains"], found["conditions"]["processors"]),
            ".. image:: benchmarks.svg\n   :alt: CPU per event of worker, broker and sink\n",
            LATENCY + latency(found["latency"]),
            STEPS + steps(found["steps"]),
            GROWTH + growth(Costs(**found["costs"])),
        ]
    )


def told(conditions: dict[str, Any]) -> str:
    """Return the conditions in a sentence."""
    return (
        "{date}: {events:,} events a run, medians of {rounds}, {processors} processors, "
        "Python {python}, load average {load:.1f} at the start.\n"
    ).format(**conditions)


def busy(result: dict[str, Any], processors: int) -> float:
    """Return the share of the processors that worker, broker and sink had."""
    us = sum(result[f"{name}_us"] for name in ("worker", "broker", "sink"))
    return float(result["steady"] * us / 1e6 / processors)


def drains(results: Sequence[dict[str, Any]], processors: int) -> str:
    """Return the table of drains."""
    heads = (
        "arm",
        "sink",
        "events/s",
        "steady",
        "worker us",
        "broker us",
        "sink us",
        "busy",
        "peak MB",
        "lost",
        "twice",
    )
    return table(
        heads,
        [
            (
                each["arm"],
                each["sink"],
                f"{each['rate']:,.0f}",
                f"{each['steady']:,.0f}",
                *(f"{each[f'{name}_us']:.1f}" for name in ("worker", "broker", "sink")),
                f"{busy(each, processors):.0%}",
                f"{each['peak_mb']:.0f}",
                str(each["lost"]),
                str(each["duplicates"]),
            )
            for each in results
        ],
    )


def latency(results: Sequence[dict[str, Any]]) -> str:
    """Return the table of latencies."""
    return table(
        ("arm", "events/s", "events", "p50 ms", "p99 ms", "most ms"),
        [
            (
                each["arm"],
                f"{each['rate']:,.0f}" if each["rate"] else "alone",
                str(each["events"]),
                *(f"{each[name]:.1f}" for name in ("p50_ms", "p99_ms", "most_ms")),
            )
            for each in results
        ],
    )


def steps(found: dict[str, dict[str, float]]) -> str:
    """Return the table of steps."""
    names = next(iter(found.values()))
    rows = [(name, *(f"{each[name]:.2f}" for each in found.values())) for name in names]
    rows.append(("together", *(f"{together(each):.2f}" for each in found.values())))
    return table(("step, us per event", *found), rows)


def growth(costs: Costs) -> str:
    """Return formulas, constants and what they give."""
    return "\n".join(
        [
            FORMULAS,
            table(("constant", "measured"), list(constants(costs))),
            LIMITS.format(most=most_shared(costs)),
            table(GROWTH_HEADS, list(grown(costs))),
        ]
    )


LIMITS = """\
Workers that share one memory read each other's sightings, each of them all: they do nothing else at
{most:,.0f} events/s. From half of that on, or where what is remembered does not fit, groups of
hosts whose events are never of one activity get queues and a memory for each group. Memory is that
of each worker; shards are one copy each; disk and network are not in here.
"""
GROWTH_HEADS = (
    "events/s",
    "groups",
    "workers",
    "MB each",
    "queues",
    "broker cores",
    "sink cores",
    "shards at once",
    "shards a day",
    "GB an hour",
)


def grown(costs: Costs) -> Iterator[tuple[str, ...]]:
    """Give what each rate needs."""
    for rate in RATES:
        need = needs(costs, rate)
        yield (
            f"{rate:,}",
            str(need.groups),
            str(need.workers or "-"),
            f"{need.worker_mb:,.0f}",
            str(need.queues),
            f"{need.broker_cores:.1f}",
            f"{need.sink_cores:.1f}",
            str(need.shards_written),
            str(need.shards_a_day),
            f"{need.outage_gb:.0f}",
        )


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in reStructuredText."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    line = "  ".join("=" * width for width in widths)
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (heads, *rows)
    ]
    return "\n".join([line, lines[0], line, *lines[1:], line, ""])


def plot(found: dict[str, Any]) -> str:
    """Return the drawing of the drains: CPU per event of worker, broker and sink."""
    bars = [
        Bar(
            f"{each['arm']}, {each['sink']}",
            (each["worker_us"], each["broker_us"], each["sink_us"]),
        )
        for each in found["drains"]
    ]
    return chart("CPU per event, microseconds", ("worker", "broker", "sink"), bars)
