"""How many messages wait in a queue of RabbitMQ, by a look that changes nothing.

A passive declaration (AMQP 0-9-1, queue.declare) tells how many messages are ready and how many
consumers there are; not what a policy limits the queue to, nor what consumers hold.
"""

from __future__ import annotations

import math
import time
from typing import Any, NamedTuple

import pika

from mqworker.brokers.dialer import Dialer, Line
from mqworker.brokers.link import Link
from mqworker.brokers.rabbitmq import RabbitmqOptions, Topology
from mqworker.brokers.refusals import reply_of
from mqworker.core.backoff import Backoff
from mqworker.core.errors import BrokerUnavailable, Misconfigured
from mqworker.ports import QueueDepth

AT_ONCE = Backoff(least_s=0.0, most_s=0.0)
NOT_FOUND = 404


class Fullness(NamedTuple):
    """How many dead letters wait, and how many there may be (the option `dead_limit`)."""

    ready: int
    limit: int

    @property
    def ratio(self) -> float:
        """The share of the room that is taken: 1 is full."""
        return self.ready / self.limit if self.limit else math.inf


class Look:
    """Asks for a queue's depth over one connection."""

    connect = pika.SelectConnection

    def __init__(self, queue: str) -> None:
        self.queue = queue
        self.found: QueueDepth | None = None

    def setup(self, link: Link) -> None:
        """Ask."""

        def answered(frame: Any) -> None:
            self.found = QueueDepth(frame.method.message_count, frame.method.consumer_count)
            link.be_ready()

        link.channel.queue_declare(self.queue, passive=True, callback=answered)


def queue_depth(
    options: RabbitmqOptions, queue: str, *, limit_s: float = 10.0
) -> QueueDepth | None:
    """Return the depth of a queue; None when there is no such queue.

    Args:
        options: how to reach the broker; its queue and exchanges play no part.
        queue: its name.
        limit_s: how long to wait for an answer, in seconds.

    Raises:
        BrokerUnavailable: no broker answers.
        Misconfigured: one refuses for good.
    """
    look = Look(queue)
    dialer = Dialer(Line(options, "look", Topology(queue, passive=True), AT_ONCE), lambda: look)
    until = time.monotonic() + limit_s
    try:
        while look.found is None:
            left_s = until - time.monotonic()
            if left_s <= 0 or dialer.failures >= len(dialer.targets):
                raise BrokerUnavailable(dialer.trouble or f"{dialer.shown}: no answer")
            dialer.turn(left_s)
    except Misconfigured as refusal:
        if is_missing(refusal):
            return None
        raise
    finally:
        dialer.close()
    return look.found


def is_missing(refusal: Misconfigured) -> bool:
    """Tell whether the broker said that there is no such queue."""
    reply = reply_of(refusal.__cause__) if refusal.__cause__ else None
    return reply is not None and reply.code == NOT_FOUND
