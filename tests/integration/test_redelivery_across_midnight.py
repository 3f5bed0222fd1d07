"""A message that names no time goes to the index of the day on which it was received first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import orjson
import pytest

from mqworker.config.schemafiles import load_schemas
from mqworker.core.backoff import Backoff
from mqworker.core.batch import BatchPolicy
from mqworker.core.correlation.rules import Rules
from mqworker.core.deadletter import Grave
from mqworker.core.naming import LOOK_BACK_DAYS, Naming
from mqworker.core.pace import Pace
from mqworker.core.policy import Policy
from mqworker.memories.process import ProcessMemory
from mqworker.publishers.rabbitmq import RabbitmqPublisher
from mqworker.sinks.elasticsearch import ElasticsearchOptions, ElasticsearchSink
from mqworker.sources.rabbitmq import RabbitmqSource
from mqworker.telemetry import Tally
from mqworker.worker import Parts, Worker
from tests.daemons import await_condition
from tests.integration.amqp import QUEUE, QUICK, options, send, through
from tests.integration.pairs import search
from tests.proxy import Proxy
from tests.services.elasticsearch import Elasticsearch
from tests.services.rabbitmq import Rabbitmq

EVENING = datetime(2026, 3, 14, 23, 59, 58, tzinfo=UTC)
SCHEMAS = load_schemas(())
PACE = Pace(batch=BatchPolicy(age_s=0.0), backoff=Backoff(0.05, 0.5), idle_s=0.05)
LIMIT_S = 30.0
SINGLE = {"summary": "no time of its own", "category": "syslog"}


@dataclass
class Night:
    """Workers whose clock is in the test's hands, and the documents that they leave."""

    url: str
    rabbitmq: Rabbitmq
    elasticsearch: Elasticsearch
    prefix: str
    at_the_end: ExitStack
    now: datetime = EVENING

    def worker(self, url: str) -> Worker:
        where = options(url)
        sink = ElasticsearchSink(
            ElasticsearchOptions(urls=(self.elasticsearch.url,), prefix=self.prefix)
        )
        parts = Parts(
            RabbitmqSource(where, backoff=QUICK, clock=lambda: self.now),
            sink,
            RabbitmqPublisher(where, where.dead_letters),
            Grave(QUEUE),
            ProcessMemory(),
            Rules(()),
        )
        worker = Worker(parts, Policy(SCHEMAS, naming=Naming(self.prefix)), PACE, Tally())
        self.at_the_end.callback(worker.close)
        return worker

    def successor(self, old: Worker) -> Worker:
        old.close()
        return self.worker(self.url)

    def documents(self) -> list[tuple[str, str]]:
        """Return index and ID of every document."""
        found = search(self.elasticsearch, f"{self.prefix}-*", {"size": 100})
        return [(hit["_index"], hit["_id"]) for hit in found["hits"]["hits"]]

    def store_without_ack(self, worker: Worker) -> None:
        """Let the worker's first bulk reach Elasticsearch, and nothing else happen after it."""

        def sent() -> bool:
            worker.turn()
            return worker.writing.busy

        await_condition(sent, LIMIT_S)
        await_condition(self.documents, LIMIT_S)

    def finish(self, worker: Worker) -> None:
        def finished() -> bool:
            worker.turn()
            return tuple(self.rabbitmq.depth(QUEUE, self.url)) == (0, 0)

        await_condition(finished, LIMIT_S)


@pytest.fixture
def night(rabbitmq: Rabbitmq, elasticsearch: Elasticsearch) -> Iterator[Night]:
    prefix = f"night{uuid4().hex}"
    with rabbitmq.vhost() as url, ExitStack() as at_the_end:
        yield Night(url, rabbitmq, elasticsearch, prefix, at_the_end)
    for name in elasticsearch.ask("GET", f"/{prefix}-*/_alias").body:
        elasticsearch.ask("DELETE", f"/{name}")


@pytest.mark.parametrize("later_days", [1, LOOK_BACK_DAYS])
@pytest.mark.parametrize("taker", ["same worker", "another worker"])
@pytest.mark.parametrize("count", [1, 3])
def test_a_message_stored_before_midnight_and_redelivered_after_it_is_stored_once(
    night: Night,
    taker: str,
    count: int,
    later_days: int,
) -> None:
    send(night.url, [orjson.dumps(SINGLE if count == 1 else [SINGLE] * count)])
    with Proxy(night.rabbitmq.host, night.rabbitmq.port) as proxy:
        first = night.worker(through(proxy.port, night.url))
        night.store_without_ack(first)
        stored = night.documents()
        night.now += timedelta(days=later_days)
        proxy.cut()
        worker = first if taker == "same worker" else night.successor(first)
        night.finish(worker)

    assert {f"{night.prefix}-20260314"} == {index for index, _ in stored}
    assert count == len(stored)
    assert sorted(stored) == sorted(night.documents())
    assert count == worker.tally.counts["duplicates"]
