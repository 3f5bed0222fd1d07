"""A broker and a sink for whole workers, and how to look into both from outside.

What is counted is the ID inside each event, over all indices: `details.eventid`. Other tests'
documents in the same store are told apart by `details.run`.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing, suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import orjson

from mqworker.brokers.rabbitmq import RabbitmqOptions
from mqworker.brokers.sqlite import SqliteBroker
from mqworker.core.message import Delivery, Properties, Publication
from mqworker.publishers.rabbitmq import RabbitmqPublisher
from mqworker.publishers.sqlite import SqlitePublisher
from mqworker.sources.rabbitmq import RabbitmqSource
from tests.daemons import await_condition
from tests.services.elasticsearch import Elasticsearch
from tests.services.rabbitmq import Rabbitmq

QUEUE = "eventtask"
DEAD_QUEUE = "eventtask.dead"
EXCHANGE = "eventtask"
MOST_EVENTS = 65_000
SEARCH_LIMIT_S = 30.0


class Found(NamedTuple):
    """How many messages of the queue wait, and how many are handed over but not settled."""

    ready: int
    unsettled: int


class Letter(NamedTuple):
    """A dead letter."""

    body: bytes
    properties: Properties

    @property
    def headers(self) -> dict[str, Any]:
        assert isinstance(self.properties.headers, dict)
        return self.properties.headers


class Pair(Protocol):
    """broker, sink: the URLs that workers are given. run: what its events are told apart by."""

    broker: str
    sink: str
    run: str

    @property
    def flags(self) -> list[str]:
        """Where both are, for `mqworker run`."""
        return ["--broker", self.broker, "--sink", self.sink]

    def publish(self, publications: Sequence[Publication]) -> None:
        """Publish, confirmed."""

    def depth(self) -> Found:
        """Count the messages of the queue, as of now."""

    def stored(self) -> int:
        """Count the documents of this run."""

    def census(self) -> Counter[str]:
        """Return how many documents there are of each event of this run."""

    def dead(self) -> list[Letter]:
        """Return the dead letters."""


class Served(Pair):
    """RabbitMQ and Elasticsearch."""

    def __init__(self, rabbitmq: Rabbitmq, url: str, elasticsearch: Elasticsearch, run: str):
        self.rabbitmq, self.url, self.elasticsearch, self.run = rabbitmq, url, elasticsearch, run
        self.broker, self.sink = url, elasticsearch.url

    def options(self, queue: str = QUEUE, *exchanges: str) -> RabbitmqOptions:
        return RabbitmqOptions(urls=(self.url,), queue=queue, exchanges=exchanges)

    def publish(self, publications: Sequence[Publication]) -> None:
        options = self.options(QUEUE, EXCHANGE)
        with closing(RabbitmqPublisher(options, options.topology)) as publisher:
            publisher.publish(publications)

    def depth(self) -> Found:
        return Found(*self.rabbitmq.depth(QUEUE, self.url))

    def dead_count(self) -> int:
        """Count the dead letters; there is no queue for them before the first."""
        with suppress(KeyError):
            return self.rabbitmq.depth(DEAD_QUEUE, self.url).ready
        return 0

    def stored(self) -> int:
        return int(self.search({"size": 0})["hits"]["total"]["value"])

    def census(self) -> Counter[str]:
        by_id = {"terms": {"field": "details.eventid", "size": MOST_EVENTS}}
        answer = self.search({"size": 0, "aggs": {"ids": by_id}})
        found = answer["aggregations"]["ids"]["buckets"]
        census = Counter({each["key"]: each["doc_count"] for each in found})
        assert census.total() == answer["hits"]["total"]["value"]
        return census

    def documents(self) -> list[dict[str, Any]]:
        """Return the documents of this run, with `_index` and `_id`; 1000 at most."""
        hits: list[dict[str, Any]] = self.search({"size": 1000})["hits"]["hits"]
        return hits

    def search(self, wanted: dict[str, Any]) -> dict[str, Any]:
        mine = {"query": {"term": {"details.run": self.run}}}
        return search(self.elasticsearch, "events-*", mine | wanted)

    def dead(self, *, take: bool = False) -> list[Letter]:
        found: list[Delivery] = []
        count = self.dead_count()
        with closing(RabbitmqSource(self.options(DEAD_QUEUE))) as source:
            while len(found) < count:
                found += source.receive(500, 5)
            if take:
                source.settle([each.tag for each in found])
        return [Letter(each.body, each.properties) for each in found]


def search(node: Elasticsearch, indices: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """Search all that has been written so far; an index that is just being made is waited for."""

    def found() -> dict[str, Any] | None:
        node.ask("POST", f"/{indices}/_refresh")
        answer = node.ask("POST", f"/{indices}/_search", {"track_total_hits": True} | wanted)
        whole = answer.status == HTTPStatus.OK and not answer.body["_shards"]["failed"]
        return answer.body if whole else None

    answered: dict[str, Any] = await_condition(found, SEARCH_LIMIT_S)
    return answered


class Embedded(Pair):
    """The embedded broker and the embedded sink."""

    def __init__(self, directory: Path, run: str) -> None:
        self.queues, self.documents, self.run = (
            directory / "broker.db",
            directory / "events.db",
            run,
        )
        self.broker, self.sink = f"sqlite:///{self.queues}", f"sqlite:///{self.documents}"

    def publish(self, publications: Sequence[Publication]) -> None:
        where = {"queues": (QUEUE,), "exchanges": (EXCHANGE,)}
        with closing(SqlitePublisher(self.queues, **where)) as publisher:
            publisher.publish(publications)

    def depth(self) -> Found:
        with closing(SqliteBroker(self.queues)) as broker:
            return Found(*broker.depth(QUEUE))

    def stored(self) -> int:
        return int(self.ask("SELECT count(*) FROM documents")[0][0])

    def census(self) -> Counter[str]:
        sources = [source for (source,) in self.ask("SELECT source FROM documents")]
        return Counter(orjson.loads(source)["details"]["eventid"] for source in sources)

    def ask(self, query: str) -> list[Any]:
        with closing(sqlite3.connect(f"file:{self.documents}?mode=ro", uri=True)) as connection:
            return connection.execute(query).fetchall()

    def dead(self) -> list[Letter]:
        with closing(SqliteBroker(self.queues)) as broker:
            found = broker.peek(DEAD_QUEUE, 10_000)
        return [Letter(each.body, each.properties) for each in found]
