"""What workers are at as Prometheus reads it. The names are promises: dashboards hold them.

1. Counts are of processes: one that is started again begins at 0, which rate() and increase() know.
2. What is counted is there from the start, with 0: an increase from nothing to 1 is none to
   Prometheus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, get_args

from mqworker.core.exposition import Family, Metric, Reading, exposed
from mqworker.core.message import Stage
from mqworker.core.sight.state import State
from mqworker.core.sight.together import newest

WORKER = ("worker",)
QUEUE = ("queue",)


class Instance(NamedTuple):
    """What is asked to be told of.

    states: of the processes that answer. expected: how many there should be.
    letters: by dead-letter queue, how many messages it has and may have.
    """

    states: Sequence[State]
    expected: int
    letters: Mapping[str, tuple[int, int]] = {}


def count(name: str, words: str) -> Metric:
    """Return the metric of a count."""
    return Metric(f"mqworker_{name}_total", "counter", words, WORKER)


def gauge(name: str, words: str) -> Metric:
    """Return the metric of a number that goes up and down."""
    return Metric(f"mqworker_{name}", "gauge", words, WORKER)


SHARED = {
    "received": count("messages_received", "Messages handed over by the broker."),
    "redelivered": count("messages_redelivered", "Of these, handed over before."),
    "settled": count("messages_settled", "Messages that the broker may forget."),
    "refused": count("events_refused", "Events that can never be stored."),
    "retried": count("events_retried", "Events that could not be taken at a try, and are again."),
    "braked": count("brake_closed", "Times that consumption stopped because most was bad."),
}

OF_RUN = SHARED | {
    "abandoned": count(
        "messages_abandoned", "Messages given up with their channel; the broker has them again."
    ),
    "stored": count("events_stored", "Events that the sink has taken."),
    "duplicates": count("events_duplicate", "Events that the sink had already."),
    "unread": count("events_unread", "Events that an extractor failed to read."),
    "taken_back": count("fields_taken_back", "Fields whose fill was found wrong or ambiguous."),
    "completed": count("documents_completed", "Documents that correlation wrote again."),
}

OF_CLOUDTRAIL = SHARED | {
    "objects": count("cloudtrail_objects", "Log files of CloudTrail that were read to their end."),
    "published": count("cloudtrail_events_published", "Events that the broker has confirmed."),
    "skipped": count("cloudtrail_skipped", "Notifications and objects without anything to read."),
    "denied": count("cloudtrail_denied", "Messages put back: something could not be read for now."),
}

COUNTS: dict[str, dict[str, Metric]] = {"run": OF_RUN, "cloudtrail": OF_CLOUDTRAIL}
"""By the command, and by `mqworker.telemetry.Fact`."""

LETTERS = Metric(
    "mqworker_messages_dead_lettered_total",
    "counter",
    "Messages confirmed in the dead-letter queue, by the step that refused them.",
    ("worker", "stage"),
)
FILLS = Metric(
    "mqworker_fields_filled_total",
    "counter",
    "Fields that correlation filled in when the event was written, by the kind of link.",
    ("worker", "field", "link"),
)
LATENCY = Metric(
    "mqworker_bulk_duration_seconds",
    "histogram",
    "From handing a bulk request over to its answer.",
    WORKER,
)
SIZES = Metric("mqworker_bulk_documents", "histogram", "Documents in a bulk request.", WORKER)
CPU = Metric("mqworker_cpu_seconds_total", "counter", "Processor time, of all threads.", WORKER)

GAUGES: tuple[tuple[Metric, Callable[[State], float | None]], ...] = (
    (gauge("ready", "Whether the start is behind it: 1 or 0."), lambda state: int(state.ready)),
    (
        gauge("consuming", "Whether the broker can hand messages over: 1 or 0."),
        lambda state: int(state.consuming),
    ),
    (
        gauge("stuck", "Whether it has had no progress for too long: 1 or 0."),
        lambda state: int(bool(state.trouble)),
    ),
    (
        gauge("brake_on", "Whether consumption has stopped because most was bad: 1 or 0."),
        lambda state: int(state.brake == "holds"),
    ),
    (
        gauge("messages_in_flight", "Messages that are taken and not settled."),
        lambda state: state.in_flight,
    ),
    (
        gauge("oldest_message_held_seconds", "For how long the oldest message in flight is held."),
        lambda state: state.held_s or 0.0,
    ),
    (
        gauge(
            "oldest_message_age_seconds",
            "The age of the oldest message in flight, by its AMQP timestamp; absent without one.",
        ),
        lambda state: state.age_s if state.in_flight else 0.0,
    ),
    (
        gauge("remembered_groups", "Groups of events that correlation remembers."),
        lambda state: state.groups,
    ),
    (gauge("remembered_links", "Links that they have."), lambda state: state.links),
    (gauge("resident_memory_bytes", "Memory in use."), lambda state: state.rss_bytes),
    (
        gauge("start_time_seconds", "When the process was started, in seconds since 1970."),
        lambda state: state.since,
    ),
)

INFO = Metric(
    "mqworker_info", "gauge", "Always 1; its labels tell what runs.", ("program", "version")
)
WORKERS = Metric("mqworker_workers", "gauge", "Worker processes that answer.")
EXPECTED = Metric("mqworker_workers_expected", "gauge", "Worker processes that there should be.")
DEPTH = Metric("mqworker_queue_messages", "gauge", "Messages that wait in a queue.", QUEUE)
CONSUMERS = Metric("mqworker_queue_consumers", "gauge", "Consumers of a queue.", QUEUE)
DEAD = Metric("mqworker_dead_letter_queue_messages", "gauge", "Dead letters that wait.", QUEUE)
DEAD_LIMIT = Metric(
    "mqworker_dead_letter_queue_limit", "gauge", "Dead letters that there may be.", QUEUE
)

METRICS = (
    *(INFO, WORKERS, EXPECTED),
    *dict.fromkeys([*OF_RUN.values(), *OF_CLOUDTRAIL.values()]),
    *(LETTERS, FILLS, LATENCY, SIZES, CPU),
    *(metric for metric, _ in GAUGES),
    *(DEPTH, CONSUMERS, DEAD, DEAD_LIMIT),
)


def metrics(instance: Instance) -> str:
    """Return everything that is exported of workers."""
    return exposed(families(instance))


def families(instance: Instance) -> Iterator[Family]:
    """Give each metric with its numbers."""
    states = instance.states
    about = dict.fromkeys((state.program, state.version) for state in states)
    yield INFO, [Reading(1, {"program": name, "version": version}) for name, version in about]
    yield WORKERS, [Reading(len(states))]
    yield EXPECTED, [Reading(instance.expected)]
    yield from counts(states)
    yield LETTERS, [reading for state in states for reading in letters(state)]
    yield FILLS, [reading for state in states for reading in fills(state)]
    run = [state for state in states if state.program == "run"]
    yield LATENCY, [Reading(state.latency, worker(state)) for state in run]
    yield SIZES, [Reading(state.sizes, worker(state)) for state in run]
    yield CPU, [Reading(state.cpu_s, worker(state)) for state in states]
    for metric, value in GAUGES:
        yield metric, [Reading(value(state), worker(state)) for state in states]
    yield from queues(instance)


def counts(states: Sequence[State]) -> Iterator[Family]:
    """Give what is counted of each worker."""
    wanted = {metric: fact for state in states for fact, metric in known(state).items()}
    for metric, fact in wanted.items():
        yield (
            metric,
            [
                Reading(state.counts.get(fact, 0), worker(state))
                for state in states
                if fact in known(state)
            ],
        )


def known(state: State) -> dict[str, Metric]:
    """Return what is counted of a worker, by fact."""
    return COUNTS.get(state.program, SHARED)


def letters(state: State) -> Iterator[Reading]:
    """Give the dead letters of a worker; those of no known stage are the command's own."""
    stages = get_args(Stage) if state.program == "run" else ()
    found = dict.fromkeys(stages, 0) | dict(state.letters)
    rest = state.counts.get("dead_lettered", 0) - sum(found.values())
    if rest > 0 or not found:
        found[state.program] = max(0, rest)
    for stage, number in found.items():
        yield Reading(number, {**worker(state), "stage": stage})


def fills(state: State) -> Iterator[Reading]:
    """Give what correlation filled in."""
    for fill in state.fills:
        yield Reading(fill.times, {**worker(state), "field": fill.field, "link": fill.link})


def queues(instance: Instance) -> Iterator[Family]:
    """Give how full queues are."""
    depths = newest(instance.states)
    yield DEPTH, [Reading(depth.ready, {"queue": queue}) for queue, depth in depths.items()]
    yield (
        CONSUMERS,
        [Reading(depth.consumers, {"queue": queue}) for queue, depth in depths.items()],
    )
    dead = instance.letters.items()
    yield DEAD, [Reading(ready, {"queue": queue}) for queue, (ready, _) in dead]
    yield DEAD_LIMIT, [Reading(limit, {"queue": queue}) for queue, (_, limit) in dead]


def worker(state: State) -> dict[str, str]:
    """Return the labels of a worker."""
    return {"worker": str(state.worker)}
