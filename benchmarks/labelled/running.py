"""The real worker over a stream: everything but broker, store and threads' waiting is as in use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson

from benchmarks.labelled.stream import Stream
from mqworker.brokers.memory import MemoryBroker
from mqworker.config.extractors import load_extractors
from mqworker.config.rulesfile import load_rules
from mqworker.config.schemafiles import load_schemas
from mqworker.core.deadletter import Grave
from mqworker.core.extract import Extraction
from mqworker.core.message import Delivery, PlainProperties, Publication, Tag
from mqworker.core.naming import Naming
from mqworker.core.pace import Pace
from mqworker.core.pipeline import prepare
from mqworker.core.policy import Policy
from mqworker.memories.process import ProcessLog, ProcessMemory
from mqworker.publishers.memory import MemoryPublisher
from mqworker.sinks.memory import MemorySink
from mqworker.sources.memory import MemorySource
from mqworker.telemetry import Tally
from mqworker.worker import Parts, Worker

QUEUE = "eventtask"
PUBLISHED_TOGETHER = 5000


def policy() -> Policy:
    """Return the pure steps as they are shipped; dates may be of any day."""
    extraction = Extraction(load_extractors())
    return Policy(load_schemas(()), naming=Naming(days_back=36500), extraction=extraction)


def stated_events(stream: Stream) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Give each event's ID, time (ms) and fields as its sender stated them, before correlation."""
    prepared = policy()
    for labelled in stream.events.values():
        properties = PlainProperties(message_id=labelled.name)
        delivery = Delivery(Tag(0, 1), labelled.body, properties, datetime.now(UTC))
        (event,) = prepare(delivery, prepared).events
        assert event.occurred
        fields = orjson.loads(orjson.dumps(event.fields))
        yield labelled.name, round(event.occurred.timestamp() * 1000), fields


def drain(stream: Stream, workers: int) -> tuple[dict[str, dict[str, Any]], Tally]:
    """Send a stream through some workers; return the documents by ID, and what was counted."""
    broker, sink, log, tally = MemoryBroker(), MemorySink(), ProcessLog(), Tally()
    broker.declare(Grave(QUEUE).dead_queue)
    running = [start(broker, sink, log, tally) for _ in range(workers)]
    for first in range(0, len(stream.arrivals), PUBLISHED_TOGETHER):
        publish(broker, stream, stream.arrivals[first : first + PUBLISHED_TOGETHER])
        while broker.depth(QUEUE) != (0, 0):
            for worker in running:
                worker.turn()
    for worker in running:
        worker.close()
    found = {name: orjson.loads(source) for (_, name), source in sink.documents.items()}
    assert len(found) == len(sink.documents), "a document is stored twice"
    return found, tally


def start(broker: MemoryBroker, sink: MemorySink, log: ProcessLog, tally: Tally) -> Worker:
    """Return a worker that shares everything with the others."""
    source = MemorySource(broker, QUEUE, exchanges=[QUEUE])
    dead_letters, memory = MemoryPublisher(broker), ProcessMemory(log)
    parts = Parts(source, sink, dead_letters, Grave(QUEUE), memory, load_rules())
    return Worker(parts, policy(), Pace(idle_s=0.0, busy_s=0.001), tally)


def publish(broker: MemoryBroker, stream: Stream, names: list[str]) -> None:
    """Put messages into the queue."""
    broker.publish(
        [
            Publication(stream.events[name].body, PlainProperties(message_id=name), QUEUE, QUEUE)
            for name in names
        ]
    )
