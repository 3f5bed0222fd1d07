"""Intake, RabbitMQ, worker and Elasticsearch, and what came out at the end since a moment."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from tests.daemons import Daemon, await_condition
from tests.intakes import TAKES, IntakeDaemon
from tests.integration.pairs import search
from tests.services.elasticsearch import Elasticsearch
from tests.services.rabbitmq import Rabbitmq

ARRIVE_S = 30.0
QUIET_S = 0.25
"""Documents that come late, doubles of others, are waited for so long."""


class Stack(NamedTuple):
    """All four; `name` is in each document that the worker writes."""

    intake: IntakeDaemon
    worker: Daemon
    rabbitmq: Rabbitmq
    broker: str
    elasticsearch: Elasticsearch
    name: str

    def documents(self, since: datetime) -> list[dict[str, Any]]:
        """Return the documents of events that the worker received since then."""
        mine = {"term": {"mozdefhostname": self.name}}
        fresh = {"range": {"receivedtimestamp": {"gte": since.isoformat()}}}
        wanted = {"size": 1000, "query": {"bool": {"filter": [mine, fresh]}}}
        found = search(self.elasticsearch, "events*", wanted)
        return [hit["_source"] for hit in found["hits"]["hits"]]

    def await_documents(self, since: datetime, count: int) -> list[dict[str, Any]]:
        """Return the documents, once there are so many and no more come."""
        await_condition(lambda: len(self.documents(since)) >= count, ARRIVE_S, self.worker.log)
        time.sleep(QUIET_S)
        return self.documents(since)

    def dead(self) -> int:
        """Count the dead letters."""
        try:
            return self.rabbitmq.depth("eventtask.dead", self.broker).ready
        except KeyError:
            return 0


def now() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)


def start(directory: Path, rabbitmq: Rabbitmq, broker: str, elasticsearch: Elasticsearch) -> Stack:
    """Start worker and intake, and wait until both are ready."""
    name = f"worker-{uuid4().hex[:8]}"
    flags = ["--broker", broker]
    more = ["--sink", elasticsearch.url, "--hostname", name]
    worker = Daemon(directory / "worker.log", *flags, *more)
    intake = IntakeDaemon(directory / "intake.log", "--listen", "127.0.0.1:0", *flags)
    worker.await_words("role=consume")
    intake.await_words(TAKES)
    return Stack(intake, worker, rabbitmq, broker, elasticsearch, name)
