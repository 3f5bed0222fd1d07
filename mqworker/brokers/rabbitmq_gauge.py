"""How many messages wait in some queues of RabbitMQ, asked again and again over one connection.

1. A passive declaration changes nothing (AMQP 0-9-1, queue.declare). One that names a queue that
   is not there ends the channel, so such a queue is asked for rarely.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pika

from mqworker.brokers.dialer import Dialer, Line
from mqworker.brokers.link import Link
from mqworker.brokers.rabbitmq import RabbitmqOptions, Topology
from mqworker.brokers.rabbitmq_depth import NOT_FOUND
from mqworker.brokers.refusals import reply_of
from mqworker.core.errors import BrokerUnavailable
from mqworker.ports import QueueDepth

LIMIT_S = 5.0
"""How long to wait for answers, in seconds."""

AGAIN_S = 10.0
"""When to ask again for a queue that was not there, in seconds."""


class Questions:
    """What is asked over one connection, and answered."""

    connect = pika.SelectConnection

    def __init__(self) -> None:
        self.link: Link | None = None
        self.found: dict[str, QueueDepth] = {}

    def setup(self, link: Link) -> None:
        """Be ready at once: nothing has to be declared."""
        self.link = link
        link.be_ready()

    def ask(self, queue: str) -> None:
        """Ask for a queue's depth."""
        assert self.link is not None  # noqa: S101 - it is ready
        self.link.channel.queue_declare(queue, passive=True, callback=partial(self.note, queue))

    def note(self, queue: str, frame: Any) -> None:
        """Note an answer."""
        self.found[queue] = QueueDepth(frame.method.message_count, frame.method.consumer_count)


class RabbitmqGauge:
    """Measures some queues. Used by one thread."""

    def __init__(self, options: RabbitmqOptions, queues: Sequence[str]) -> None:
        """Connect to nothing yet."""
        self.queues = queues
        line = Line(options, "look", Topology(queues[0], passive=True))
        self.dialer = Dialer(line, Questions)
        self.absent: dict[str, float] = {}

    def measure(self) -> Mapping[str, QueueDepth | None]:
        """Return the depth of each queue, None for one that is not there.

        Raises:
            BrokerUnavailable: no broker answers.
            Misconfigured: one refuses for good.
        """
        until = time.monotonic() + LIMIT_S
        found: dict[str, QueueDepth | None] = {}
        for queue in self.queues:
            if time.monotonic() < self.absent.get(queue, 0.0):
                found[queue] = None
            else:
                found[queue] = self.ask(queue, until)
        return found

    def ask(self, queue: str, until: float) -> QueueDepth | None:
        """Return the depth of one queue; see `measure`."""
        session = self.connected(until)
        session.found.pop(queue, None)
        session.ask(queue)
        while queue not in session.found:
            self.turn(until)
            if self.dialer.session is not session:
                self.explain(queue)
                return None
        self.absent.pop(queue, None)
        return session.found[queue]

    def connected(self, until: float) -> Questions:
        """Return what asks; see `measure`."""
        while not self.dialer.ready:
            self.turn(until)
        assert self.dialer.session is not None  # noqa: S101 - it is ready
        return self.dialer.session

    def turn(self, until: float) -> None:
        """Wait for something to happen; see `measure`."""
        left_s = until - time.monotonic()
        if left_s <= 0:
            raise BrokerUnavailable(self.dialer.trouble or f"{self.dialer.shown}: no answer")
        self.dialer.turn(left_s)

    def explain(self, queue: str) -> None:
        """Note that a queue is not there, if that is why the connection ended; see `measure`."""
        error = self.dialer.last_error
        reply = reply_of(error) if error else None
        if reply is None or reply.code != NOT_FOUND:
            raise BrokerUnavailable(self.dialer.trouble)
        self.absent[queue] = time.monotonic() + AGAIN_S

    def close(self) -> None:
        """Leave. A second call does nothing."""
        self.dialer.close()
