"""What the tests of the RabbitMQ adapters share."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from threading import Thread
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from mqworker.brokers.rabbitmq import RabbitmqOptions
from mqworker.core.backoff import Backoff
from mqworker.core.message import PlainProperties, Publication
from mqworker.publishers.rabbitmq import RabbitmqPublisher
from mqworker.sources.rabbitmq import RabbitmqSource

QUEUE = "events"
EXCHANGE = "shippers"
LIMIT_S = 60.0
QUICK = Backoff(0.05, 0.5)


def options(*urls: str, **changes: Any) -> RabbitmqOptions:
    return RabbitmqOptions(
        urls=urls, **{"queue": QUEUE, "exchanges": (EXCHANGE,), "prefetch": 500, **changes}
    )


def through(port: int, url: str) -> str:
    """Return the URL with a proxy's port."""
    parts = urlsplit(url)
    netloc = f"{parts.username}:{parts.password}@127.0.0.1:{port}"
    return urlunsplit(parts._replace(netloc=netloc))


@contextmanager
def consuming(*urls: str, **changes: Any) -> Iterator[RabbitmqSource]:
    with closing(RabbitmqSource(options(*urls, **changes), backoff=QUICK)) as source:
        yield source


def send(url: str, bodies: Iterable[bytes]) -> None:
    """Publish to the queue, which is declared if need be."""
    with closing(RabbitmqPublisher(options(url), options(url).topology)) as publisher:
        publisher.publish([Publication(body, PlainProperties(), "", QUEUE) for body in bodies])


def drain(source: RabbitmqSource, expected: Iterable[bytes]) -> Counter[bytes]:
    """Receive and settle until everything expected has come; return how often each came."""
    missing, counts = set(expected), Counter[bytes]()
    until = time.monotonic() + LIMIT_S
    while missing and time.monotonic() < until:
        deliveries = source.receive(100, 0.2)
        source.settle([delivery.tag for delivery in deliveries])
        counts.update(delivery.body for delivery in deliveries)
        missing -= {delivery.body for delivery in deliveries}
    assert not missing, f"{len(missing)} messages did not come"
    return counts


def eventually(found: Callable[[], Any], expected: object, within_s: float = 20.0) -> None:
    """Assert that a value comes to be what is expected."""
    until = time.monotonic() + within_s
    while (last := found()) != expected and time.monotonic() < until:
        time.sleep(0.1)
    assert expected == last


@contextmanager
def meanwhile(action: Callable[[], object]) -> Iterator[None]:
    """Do something in another thread while the body runs."""
    thread = Thread(target=action)
    thread.start()
    yield
    thread.join(LIMIT_S)
    assert not thread.is_alive()
