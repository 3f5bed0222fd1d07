"""The counts of the intake as Prometheus reads them.

https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from mqworker.core.intake.http import Answer

FORMAT = "text/plain; version=0.0.4; charset=utf-8"


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
    return Answer(200, "".join(lines(counts, gauges)).encode(), FORMAT)


def lines(counts: Counts, gauges: Gauges) -> Iterator[str]:
    """Give the lines of the text."""
    yield from head("requests_total", "counter", "Requests answered; code 0: closed without one.")
    for (route, status), number in sorted(counts.requests.items()):
        yield f'mqworker_intake_requests_total{{route="{route}",code="{status}"}} {number}\n'
    for name, words, value in (
        ("events_total", "Events confirmed by the broker.", counts.events),
        ("refused_total", "Events that can't be used.", counts.refused),
        ("dead_letters_total", "Of these, confirmed as dead letters.", counts.letters),
        ("received_bytes_total", "Bytes of bodies, as sent.", counts.received_bytes),
    ):
        yield from single(name, "counter", words, value)
    for name, words, value in (
        ("connections", "Open connections.", gauges.connections),
        ("waiting_events", "Events that wait for the broker.", gauges.waiting),
        ("waiting_bytes", "Their bytes.", gauges.waiting_bytes),
        ("broker_ready", "Whether the broker takes messages.", int(gauges.ready)),
    ):
        yield from single(name, "gauge", words, value)


def single(name: str, kind: str, words: str, value: int) -> Iterator[str]:
    """Give the lines of a number that has no labels."""
    yield from head(name, kind, words)
    yield f"mqworker_intake_{name} {value}\n"


def head(name: str, kind: str, words: str) -> Iterator[str]:
    """Give the lines before a number."""
    yield f"# HELP mqworker_intake_{name} {words}\n# TYPE mqworker_intake_{name} {kind}\n"
