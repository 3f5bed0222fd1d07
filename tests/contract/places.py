"""The brokers that the suites of the ports Source and Publisher are run over.

A broker joins by an entry in `PLACES`: a name, and a context manager that yields a `Place`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from mqworker.brokers.kombu import KombuOptions
from mqworker.brokers.memory import MemoryBroker
from mqworker.brokers.rabbitmq import RabbitmqOptions
from mqworker.ports import Publisher, Source
from mqworker.publishers.kombu import KombuPublisher
from mqworker.publishers.memory import MemoryPublisher
from mqworker.publishers.rabbitmq import RabbitmqPublisher
from mqworker.publishers.sqlite import SqlitePublisher
from mqworker.sources.kombu import KombuSource
from mqworker.sources.memory import MemorySource
from mqworker.sources.rabbitmq import RabbitmqSource
from mqworker.sources.redis import RedisSource
from mqworker.sources.sqlite import SqliteSource
from tests.services.rabbitmq import Rabbitmq

QUEUE = "events"
EXCHANGE = "shippers"


@dataclass(frozen=True)
class Place:
    """One queue, bound to an exchange by its name, and the adapters that lead to it.

    open_source: takes the prefetch; each call is another consumer.
    open_publisher: may be called before any source was.
    keeps_order: what goes back to it is handed over in the old order.
    """

    open_source: Callable[[int], Source]
    open_publisher: Callable[[], Publisher]
    exchange: str = EXCHANGE
    queue: str = QUEUE
    keeps_order: bool = True


Open = Callable[[pytest.FixtureRequest, Path], AbstractContextManager[Place]]


@contextmanager
def memory(_request: pytest.FixtureRequest, _directory: Path) -> Iterator[Place]:
    broker = MemoryBroker()
    yield Place(
        lambda prefetch: MemorySource(broker, QUEUE, exchanges=[EXCHANGE], prefetch=prefetch),
        lambda: MemoryPublisher(broker, queues=[QUEUE], exchanges=[EXCHANGE]),
    )


@contextmanager
def sqlite(_request: pytest.FixtureRequest, directory: Path) -> Iterator[Place]:
    path = directory / "broker.db"
    yield Place(
        lambda prefetch: SqliteSource(path, QUEUE, exchanges=[EXCHANGE], prefetch=prefetch),
        lambda: SqlitePublisher(path, queues=[QUEUE], exchanges=[EXCHANGE]),
    )


@contextmanager
def rabbitmq(request: pytest.FixtureRequest, _directory: Path) -> Iterator[Place]:
    with request.getfixturevalue("rabbitmq").vhost() as url:
        yield through_pika(url)


@contextmanager
def rabbitmq_quorum(request: pytest.FixtureRequest, _directory: Path) -> Iterator[Place]:
    """Declarations without arguments, where the virtual host makes quorum queues of them."""
    node: Rabbitmq = request.getfixturevalue("rabbitmq")
    name, user = uuid4().hex, urlsplit(node.url).username
    kind = {"defaultqueuetype": "quorum", "default_queue_type": "quorum"}  # 3.10, and later
    node.manage("PUT", f"/api/vhosts/{name}", kind)
    rights = {"configure": ".*", "write": ".*", "read": ".*"}
    node.manage("PUT", f"/api/permissions/{name}/{user}", rights)
    yield replace(through_pika(node.url.rpartition("/")[0] + "/" + name), keeps_order=False)
    node.manage("DELETE", f"/api/vhosts/{name}")


def through_pika(url: str) -> Place:
    def options(prefetch: int = 1) -> RabbitmqOptions:
        return RabbitmqOptions(urls=(url,), queue=QUEUE, exchanges=(EXCHANGE,), prefetch=prefetch)

    return Place(
        lambda prefetch: RabbitmqSource(options(prefetch)),
        lambda: RabbitmqPublisher(options(), options().topology),
    )


@contextmanager
def kombu_memory(_request: pytest.FixtureRequest, _directory: Path) -> Iterator[Place]:
    yield through_kombu("memory://", KombuSource)


@contextmanager
def redis(request: pytest.FixtureRequest, _directory: Path) -> Iterator[Place]:
    yield through_kombu(request.getfixturevalue("redis").url, RedisSource)


def through_kombu(url: str, source: Callable[[KombuOptions], Source]) -> Place:
    # What others left in a server stays there: names of our own keep us apart.
    queue, exchange = f"{QUEUE}-{uuid4().hex}", f"{EXCHANGE}-{uuid4().hex}"

    def options(prefetch: int = 1) -> KombuOptions:
        return KombuOptions((url,), queue=queue, exchanges=(exchange,), prefetch=prefetch)

    return Place(
        lambda prefetch: source(options(prefetch)),
        lambda: KombuPublisher(options()),
        exchange,
        queue,
    )


PLACES: dict[str, Open] = {
    "memory": memory,
    "sqlite": sqlite,
    "rabbitmq": rabbitmq,
    "rabbitmq-quorum": rabbitmq_quorum,
    "kombu-memory": kombu_memory,
    "redis": redis,
}

OF_A_SERVICE = {"rabbitmq", "rabbitmq-quorum", "redis"}
"""Those that need a server."""
