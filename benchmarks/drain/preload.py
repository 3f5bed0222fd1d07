"""Fills the queue, and says how full it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from typing import Any

import pika

from mqworker.brokers.rabbitmq import RabbitmqOptions
from mqworker.core.message import PlainProperties, Publication
from mqworker.publishers.rabbitmq import RabbitmqPublisher

QUEUE = EXCHANGE = "eventtask"
CONFIRMED_AT_ONCE = 5000
PERSISTENT = 2
PROPERTIES = PlainProperties(content_type="application/json", delivery_mode=PERSISTENT)


def preload(url: str, bodies: Iterable[bytes]) -> int:
    """Publish persistent messages, each confirmed by the broker; return how many."""
    options, count, waiting = RabbitmqOptions(urls=(url,)), 0, iter(bodies)
    with closing(RabbitmqPublisher(options, options.topology)) as publisher:
        while part := list(islice(waiting, CONFIRMED_AT_ONCE)):
            publisher.publish([Publication(each, PROPERTIES, EXCHANGE, QUEUE) for each in part])
            count += len(part)
    return count


class Queue:
    """A look at the queue from outside."""

    def __init__(self, channel: Any) -> None:
        self.channel = channel

    @property
    def ready(self) -> int:
        """How many messages wait."""
        return int(self.channel.queue_declare(QUEUE, passive=True).method.message_count)

    def purge(self) -> None:
        """Empty it."""
        self.channel.queue_purge(QUEUE)


@contextmanager
def watched(url: str) -> Iterator[Queue]:
    """Connect, without heartbeats: a look may be long after the last one."""
    parameters = pika.URLParameters(url)
    parameters.heartbeat = 0
    with closing(pika.BlockingConnection(parameters)) as connection:
        yield Queue(connection.channel())
