"""Where messages, documents and memory are: services, or embedded stores, a file for each."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

import orjson

from mqworker.brokers.rabbitmq import RabbitmqOptions
from mqworker.brokers.sqlite import SqliteBroker
from mqworker.core.deadletter import PREFIX
from mqworker.core.identity import IDENTITY_HEADER
from mqworker.core.message import Properties
from mqworker.publishers.rabbitmq import RabbitmqPublisher
from mqworker.publishers.sqlite import SqlitePublisher
from mqworker.sources.rabbitmq import RabbitmqSource
from tests.campaign.planted import CONFLICT_DAY
from tests.campaign.record import Found, Letter
from tests.daemons import PROGRAM
from tests.integration.pairs import DEAD_QUEUE, EXCHANGE, QUEUE, search
from tests.proxy import Proxy
from tests.services.elasticsearch import Elasticsearch
from tests.services.rabbitmq import Rabbitmq
from tests.services.redis import Redis

USER = "campaign"
PASSWORD = "pw-52ac9e04-of-the-broker"  # noqa: S105 - planted: no log may hold it
PAGE = 2000
MOST_LETTERS = 100_000


@dataclass
class Services:
    """What a campaign finds running; redis is there where the memory is in it."""

    rabbitmq: Rabbitmq
    elasticsearch: Elasticsearch
    redis: Redis | None = None


class Stores(Protocol):
    """What workers work with.

    conflicts: the sink refuses a word where a number has to be.
    """

    conflicts: bool

    def broker(self, client: str) -> str:
        """Return the broker's URL for a client."""

    def flags(self, worker: str) -> list[str]:
        """Return where broker, sink and memory are, for a worker."""

    def prepare(self) -> None:
        """Make all that has to be there before."""

    def depth(self) -> int:
        """Count the messages of the queue, whoever holds them."""

    def documents(self, run: str) -> Iterator[Found]:
        """Give every document of a campaign."""

    def letters(self) -> list[Letter]:
        """Return the dead letters."""


class Served(Stores):
    """RabbitMQ, Elasticsearch, and a memory in Redis or in a file; each worker by its own links.

    vhost: the URL of the virtual host, as an administrator reaches it.
    """

    conflicts = True

    def __init__(
        self, services: Services, vhost: str, links: dict[str, Proxy], directory: Path
    ) -> None:
        self.services, self.vhost, self.links, self.directory = services, vhost, links, directory

    def broker(self, client: str) -> str:
        port = self.links[f"{client}>rabbitmq"].port
        path = urlsplit(self.vhost).path
        return f"amqp://{USER}:{quote(PASSWORD)}@127.0.0.1:{port}{path}"

    def flags(self, worker: str) -> list[str]:
        memory = f"sqlite:///{self.directory}/memory.db"
        if self.services.redis is not None:
            memory = f"redis://127.0.0.1:{self.links[f'{worker}>redis'].port}/0"
        sink = f"http://127.0.0.1:{self.links[f'{worker}>elasticsearch'].port}"
        return ["--broker", self.broker(worker), "--sink", sink, "--memory", memory]

    def prepare(self) -> None:
        rabbitmq, elasticsearch = self.services.rabbitmq, self.services.elasticsearch
        rabbitmq.manage("PUT", f"/api/users/{USER}", {"password": PASSWORD, "tags": ""})
        rights = {"configure": ".*", "write": ".*", "read": ".*"}
        rabbitmq.manage("PUT", f"/api/permissions/{urlsplit(self.vhost).path[1:]}/{USER}", rights)
        for queue, exchanges in ((QUEUE, (EXCHANGE, "mozdef")), (DEAD_QUEUE, ())):
            options = RabbitmqOptions(urls=(self.vhost,), queue=queue, exchanges=exchanges)
            with closing(RabbitmqPublisher(options, options.topology)) as publisher:
                publisher.connect()
        rabbitmq.flush()
        command = [str(PROGRAM), "setup", "--config", "/dev/null", "--sink", elasticsearch.url]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        index = f"/events-{CONFLICT_DAY.replace('-', '')}"
        number = {"properties": {"details.campaignlevel": {"type": "long"}}}
        elasticsearch.ask("PUT", index)
        answer = elasticsearch.ask("PUT", f"{index}/_mapping", number)
        assert answer.status == 200, answer

    def depth(self) -> int:
        return sum(self.services.rabbitmq.depth(QUEUE, self.vhost))

    def documents(self, run: str) -> Iterator[Found]:
        after: list[Any] = []
        named = {"order": "asc", "unmapped_type": "keyword"}
        order = [{"details.eventid": named}, {"_index": "asc"}]
        mine = {"term": {"details.run": run}}
        while True:
            page: dict[str, Any] = {"size": PAGE, "sort": order, "query": mine}
            wanted = page | ({"search_after": after} if after else {})
            hits = search(self.services.elasticsearch, "events-*", wanted)["hits"]["hits"]
            if not hits:
                return
            yield from (Found(hit["_index"], hit["_id"], hit["_source"]) for hit in hits)
            after = hits[-1]["sort"]

    def letters(self) -> list[Letter]:
        found: list[Letter] = []
        options = RabbitmqOptions(urls=(self.vhost,), queue=DEAD_QUEUE)
        count = sum(self.services.rabbitmq.depth(DEAD_QUEUE, self.vhost))
        with closing(RabbitmqSource(options)) as source:
            while len(found) < count:
                deliveries = source.receive(500, 5)
                found += [letter(each.body, each.properties) for each in deliveries]
                source.settle([each.tag for each in deliveries])
        return found


class Embedded(Stores):
    """The embedded broker, sink and memory, on one disk of limited size."""

    conflicts = False

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.queues, self.store = directory / "broker.db", directory / "events.db"

    def broker(self, client: str) -> str:
        del client
        return f"sqlite:///{self.queues}"

    def flags(self, worker: str) -> list[str]:
        memory = f"sqlite:///{self.directory}/memory.db"
        sink = f"sqlite:///{self.store}"
        return ["--broker", self.broker(worker), "--sink", sink, "--memory", memory]

    def publisher(self) -> SqlitePublisher:
        """Return a publisher to the queue."""
        return SqlitePublisher(self.queues, queues=(QUEUE,), exchanges=(EXCHANGE, "mozdef"))

    def prepare(self) -> None:
        with closing(self.publisher()) as publisher:
            publisher.connected().declare(DEAD_QUEUE)

    def depth(self) -> int:
        with closing(SqliteBroker(self.queues)) as broker:
            return sum(broker.depth(QUEUE))

    def documents(self, run: str) -> Iterator[Found]:
        del run
        with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT index_name, id, source FROM documents").fetchall()
        yield from (Found(index, name, orjson.loads(source)) for index, name, source in rows)

    def letters(self) -> list[Letter]:
        with closing(SqliteBroker(self.queues)) as broker:
            found: Iterable[Any] = broker.peek(DEAD_QUEUE, MOST_LETTERS)
        return [letter(each.body, each.properties) for each in found]


def letter(body: bytes, properties: Properties) -> Letter:
    """Read a dead letter."""
    headers: Any = properties.headers
    stage, reason = (headers[PREFIX + name] for name in ("stage", "reason"))
    return Letter(body, headers[IDENTITY_HEADER], stage, reason)
