"""The counts of the intake as Prometheus reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from mqworker.core.exposition import FORMAT, Family, Metric, Reading, exposed
from mqworker.core.intake.http import Answer

REQUESTS = Metric(
    "mqworker_intake_requests_total",
    "counter",
    "Requests answered; code 0: closed without an answer.",
    ("route", "code"),
)
EVENTS = Metric("mqworker_intake_events_total", "counter", "Events confirmed by the broker.")
REFUSED = Metric("mqworker_intake_refused_total", "counter", "Events that can't be used.")
LETTERS = Metric(
    "mqworker_intake_dead_letters_total", "counter", "Of these, confirmed as dead letters."
)
RECEIVED_BYTES = Metric(
    "mqworker_intake_received_bytes_total", "counter", "Bytes of bodies, as sent."
)
CONNECTIONS = Metric("mqworker_intake_connections", "gauge", "Open connections.")
WAITING = Metric("mqworker_intake_waiting_events", "gauge", "Events that wait for the broker.")
WAITING_BYTES = Metric("mqworker_intake_waiting_bytes", "gauge", "Their bytes.")
BROKER_READY = Metric(
    "mqworker_intake_broker_ready", "gauge", "Whether the broker takes messages: 1 or 0."
)

METRICS = (
    *(REQUESTS, EVENTS, REFUSED, LETTERS, RECEIVED_BYTES),
    *(CONNECTIONS, WAITING, WAITING_BYTES, BROKER_READY),
)


@dataclass(slots=True)
class Counts:
    """What happened since the start.

    requests: by route and status; 0 is a connection closed without an answer.
    events: confirmed events. refused: events that could not be used. letters: dead letters.
    received_bytes: of bodies, as sent.
    """

    requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    events: int = 0
    refused: int = 0
    letters: int = 0
    received_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Gauges:
    """What is now.

    connections: open ones. waiting: events that wait for the broker. waiting_bytes: their bytes.
    ready: whether the broker takes messages.
    """

    connections: int
    waiting: int
    waiting_bytes: int
    ready: bool


def answer_metrics(counts: Counts, gauges: Gauges) -> Answer:
    """Return everything that is counted."""
    return Answer(200, exposed(families(counts, gauges)).encode(), FORMAT)


def families(counts: Counts, gauges: Gauges) -> Iterator[Family]:
    """Give each metric with its numbers."""
    yield (
        REQUESTS,
        [
            Reading(number, {"route": route, "code": str(status)})
            for (route, status), number in sorted(counts.requests.items())
        ],
    )
    for metric, value in (
        (EVENTS, counts.events),
        (REFUSED, counts.refused),
        (LETTERS, counts.letters),
        (RECEIVED_BYTES, counts.received_bytes),
        (CONNECTIONS, gauges.connections),
        (WAITING, gauges.waiting),
        (WAITING_BYTES, gauges.waiting_bytes),
        (BROKER_READY, int(gauges.ready)),
    ):
        yield metric, [Reading(value)]
