"""What many hosts would need, calculated from what one machine was measured to cost.

Nothing here is measured: the constants are, by the other benchmarks. The formulas stand in
`docs/benchmarks.rst`, which `benchmarks.report` writes with the constants of the day.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

DAY_S = 86_400
SHARD_BYTES = 50e9
"""Elastic's advice is shards of 10 to 50 GB."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What was measured.

    worker_us, broker_us, sink_us: CPU per event.
    foreign_us: CPU of a worker for an event that another worker with the same memory has taken.
    queue_rate: the most events a second that were taken out of one queue.
    base_mb: a worker's resident memory that does not grow with what is remembered.
    remembered_bytes: of a worker, for each event within the window.
    window_s: for how long the rules have events remembered, in event time.
    stored_bytes: a document on disk, one copy.
    message_bytes: a message in a queue.
    """

    worker_us: float
    broker_us: float
    sink_us: float
    foreign_us: float
    queue_rate: float
    base_mb: float
    remembered_bytes: float
    window_s: float
    stored_bytes: float
    message_bytes: float
    load: float = 0.7
    """The share of a core that is planned to be busy; the rest is for peaks."""
    most_mb: float = 8_000.0
    """The memory that a worker is planned to have."""


class Needs(NamedTuple):
    """What a rate needs; workers None: no number of workers is enough with one memory."""

    rate: float
    workers: int | None
    groups: int
    worker_mb: float
    queues: int
    broker_cores: float
    sink_cores: float
    shards_written: int
    shards_a_day: int
    outage_gb: float


def most_shared(costs: Costs) -> float:
    """Return the events a second at which workers that share a memory do nothing but read it."""
    return costs.load / (costs.foreign_us / 1e6)


def workers(costs: Costs, rate: float) -> int | None:
    """Return how many workers one memory needs; None when no number is enough.

    Each of n workers takes rate / n events, and reads the other rate * (n - 1) / n out of the
    memory: n * load = rate * worker + (n - 1) * rate * foreign.
    """
    own, foreign = rate * costs.worker_us / 1e6, rate * costs.foreign_us / 1e6
    if foreign >= costs.load:
        return None
    return max(1, math.ceil((own - foreign) / (costs.load - foreign)))


def groups(costs: Costs, rate: float) -> int:
    """Return into how many groups, with a memory each, workers go.

    A group stays below half of what workers that share a memory can do, and within `most_mb`.
    """
    room = (costs.most_mb - costs.base_mb) * 1e6 / (costs.window_s * costs.remembered_bytes)
    return max(1, math.ceil(rate / min(most_shared(costs) / 2, room)))


def needs(costs: Costs, rate: float) -> Needs:
    """Return what so many events a second need."""
    apart = groups(costs, rate)
    each = workers(costs, rate / apart)
    remembered = rate / apart * costs.window_s * costs.remembered_bytes
    sink_cores = rate * costs.sink_us / 1e6 / costs.load
    return Needs(
        rate,
        None if each is None else each * apart,
        apart,
        costs.base_mb + remembered / 1e6,
        max(apart, math.ceil(rate / (costs.queue_rate * costs.load))),
        rate * costs.broker_us / 1e6 / costs.load,
        sink_cores,
        max(1, math.ceil(sink_cores)),
        max(1, math.ceil(rate * DAY_S * costs.stored_bytes / SHARD_BYTES)),
        rate * 3600 * costs.message_bytes / 1e9,
    )


FORMULAS = """\
.. code-block:: text

    workers       n * load = rate * worker + (n - 1) * rate * foreign      (sharing one memory)
                  n = (rate * worker - rate * foreign) / (load - rate * foreign)
    most          rate = load / foreign                                   (no n is enough beyond)
    room          (memory - base) / (window * remembered)               (events/s that fit into it)
    groups        rate / min(most / 2, room)                  (each with its queues and its memory)
    worker memory base + rate / groups * window * remembered
    queues        rate / (queue * load), one for each group at least
    broker cores  rate * broker / load
    sink cores    rate * sink / load                   (one copy; each replica costs about as much)
    shards        written at once: a core each; of a day: rate * 86400 * stored / 50 GB
    an hour       rate * 3600 * message                  (what queues hold while the sink is away)
"""


def constants(costs: Costs) -> Iterator[tuple[str, str]]:
    """Give names and values of the constants, for people."""
    yield "worker", f"{costs.worker_us:.1f} us"
    yield "broker", f"{costs.broker_us:.1f} us"
    yield "sink", f"{costs.sink_us:.1f} us"
    yield "foreign", f"{costs.foreign_us:.1f} us"
    yield "queue", f"{costs.queue_rate:,.0f} events/s"
    yield "base", f"{costs.base_mb:.0f} MB"
    yield "remembered", f"{costs.remembered_bytes:.0f} bytes"
    yield "window", f"{costs.window_s:.0f} s"
    yield "stored", f"{costs.stored_bytes:.0f} bytes"
    yield "message", f"{costs.message_bytes:.0f} bytes"
    yield "load", f"{costs.load:.0%} (chosen)"
    yield "memory", f"{costs.most_mb:,.0f} MB (chosen)"
