"""The traffic of a campaign through workers in this process: no services, no faults, no time.

What the oracle finds here is a defect of the campaign itself, or one that was planted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from benchmarks.labelled.running import policy
from mqworker.brokers.memory import MemoryBroker
from mqworker.config.rulesfile import load_rules
from mqworker.core.deadletter import PREFIX, Grave
from mqworker.core.identity import IDENTITY_HEADER
from mqworker.core.message import Document, Outcome, PlainProperties, Publication
from mqworker.core.pace import Pace
from mqworker.memories.process import ProcessLog, ProcessMemory
from mqworker.publishers.memory import MemoryPublisher
from mqworker.sinks.memory import MemorySink
from mqworker.sources.memory import MemorySource
from mqworker.telemetry import Tally
from mqworker.worker import Parts, Worker
from tests.campaign.expectation import rules_file
from tests.campaign.record import Exit, Found, Letter, Record
from tests.campaign.shipments import AMQP, Traffic
from tests.campaign.stream import traffic
from tests.integration.pairs import DEAD_QUEUE, QUEUE

CONFLICTING = b'"campaignlevel"'
REFUSED = Outcome("refused", "400 document_parsing_exception: details.campaignlevel is a number")


class Sink(MemorySink):
    """A store that refuses what Elasticsearch refuses in a campaign."""

    def __init__(self) -> None:
        super().__init__(self.conflict)

    def conflict(self, document: Document) -> Outcome | None:
        """Refuse a word where a number has to be."""
        return REFUSED if CONFLICTING in document.source else None


@dataclass
class Parties:
    """Who plays; a test may plant defects in any."""

    sink: Callable[[], MemorySink] = Sink
    worker: type[Worker] = Worker
    burying: type[MemoryPublisher] = MemoryPublisher
    turns: int = 0
    """After so many turns the first worker is killed, and a sound one takes its place."""


def rehearse(parties: Parties, seed: int = 7, seconds: float = 5.0) -> Record:
    """Play the traffic of a seed; return what there is then."""
    sent = traffic("rehearsal", seed, seconds)
    broker, sink, log = MemoryBroker(), parties.sink(), ProcessLog()
    broker.declare(DEAD_QUEUE)
    broker.declare(QUEUE, [QUEUE])
    broker.publish(list(publications(sent)))
    start = starter(broker, sink, log, parties)
    worker = start(parties.worker)
    for _ in range(parties.turns):
        worker.turn()
    if parties.turns:
        worker.parts.source.close()
        worker = start(Worker)
    while broker.depth(QUEUE) != (0, 0):
        worker.turn()
    worker.close()
    record = Record("rehearsal", sent.obligations, set(sent.obligations))
    record.documents = [
        Found(index, name, orjson.loads(source)) for (index, name), source in sink.documents.items()
    ]
    record.letters = list(map(letter, broker.peek(DEAD_QUEUE, 10_000)))
    record.exits = [Exit("worker", 0, "end")]
    return record


def starter(
    broker: MemoryBroker, sink: MemorySink, log: ProcessLog, parties: Parties
) -> Callable[[type[Worker]], Worker]:
    """Return what starts a worker over the same broker, store and memory."""
    with TemporaryDirectory() as directory:
        rules = load_rules(rules_file(Path(directory) / "rules.toml"))

    def start(kind: type[Worker]) -> Worker:
        source = MemorySource(broker, QUEUE, exchanges=[QUEUE], prefetch=200)
        grave, memory = Grave(QUEUE), ProcessMemory(log)
        parts = Parts(source, sink, parties.burying(broker), grave, memory, rules)
        worker = kind(parts, policy(), Pace(idle_s=0.0, busy_s=0.001), Tally())
        worker.correlating.load()
        return worker

    return start


def publications(sent: Traffic) -> Sequence[Publication]:
    """Return the messages as they reach the queue; the intake's too, which is left out here."""
    found = [
        Publication(
            each.body,
            PlainProperties(message_id=each.message_id, content_encoding=each.encoding),
            QUEUE,
            QUEUE,
        )
        for each in sent.shipments
        if each.way == AMQP
    ]
    found += [
        Publication(owed.body, PlainProperties(message_id=owed.message_id), QUEUE, QUEUE)
        for owed in sent.obligations.values()
        if owed.way != AMQP
    ]
    return found


def letter(message: Any) -> Letter:
    """Read a dead letter."""
    headers = message.properties.headers
    told = headers[PREFIX + "stage"], headers[PREFIX + "reason"]
    return Letter(message.body, headers[IDENTITY_HEADER], *told)
