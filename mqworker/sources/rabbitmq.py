"""Consumes a RabbitMQ queue with pika.

1. A delivery number means something on its own channel only: what came by a channel that is gone
   is forgotten, and the broker delivers it again.
2. The broker keeps a message until `settle` (`no_ack` is never used).
3. Nothing blocks beyond the caller's time limit: the connection is run by `receive` alone, from
   dialing to its end, so heartbeats flow as often as that is called.
4. Whatever breaks (connection, channel, consumer) ends in one way: a new connection, with backoff.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from mqworker.brokers.consumer import Consumer
from mqworker.brokers.dialer import Dialer, Line
from mqworker.brokers.rabbitmq import RabbitmqOptions
from mqworker.brokers.redial import PATIENCE
from mqworker.core.backoff import Backoff
from mqworker.core.message import Delivery, Tag
from mqworker.core.prefetch import Prefetch
from mqworker.ports import QueueDepth


def utc_now() -> datetime:
    """Return the time, aware."""
    return datetime.now(UTC)


class RabbitmqSource:
    """One queue of a RabbitMQ broker; see `mqworker.ports.Source`."""

    def __init__(
        self,
        options: RabbitmqOptions,
        *,
        backoff: Backoff = PATIENCE,
        clock: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Connect to nothing yet: `receive` does."""
        self.options = options
        self.clock = clock
        self.monotonic = monotonic
        self.channels = 0
        self.prefetch = Prefetch(options.prefetch, options.prefetch_bytes)
        self.taking = True
        self.closed = False
        line = Line(options, "consume", options.topology, backoff, monotonic, sleep, chance)
        self.dialer = Dialer(line, self.begin)

    def begin(self) -> Consumer:
        """Return the consumer for a new connection."""
        self.channels += 1
        return Consumer(self.options, self.channels, self.clock, self.prefetch, self.taking)

    @property
    def ready(self) -> bool:
        """Tell whether messages can come; see `mqworker.ports.Source`."""
        return self.dialer.ready

    def receive(self, limit: int, timeout_s: float) -> list[Delivery]:
        """Hand over what has come; see `mqworker.ports.Source.receive`.

        With a limit of 0 it waits for `timeout_s` seconds, keeping the connection alive.
        """
        until = self.monotonic() + timeout_s
        self.taking = limit > 0
        while not self.closed:
            self.dialer.turn(0.0 if self.has_some() else max(0.0, until - self.monotonic()))
            deliveries = self.take(limit)
            if deliveries or self.monotonic() >= until:
                return deliveries
        return []

    def has_some(self) -> bool:
        """Tell whether there is no need to wait."""
        consumer = self.dialer.session
        return self.taking and consumer is not None and bool(consumer.buffer)

    def take(self, limit: int) -> list[Delivery]:
        """Take from the consumer what it may hand over now."""
        consumer = self.dialer.session
        if not consumer or not self.dialer.ready:
            return []
        consumer.want(self.taking)
        consumer.acknowledge(self.monotonic())
        return consumer.hand_over(limit)

    def settle(self, tags: Iterable[Tag]) -> None:
        """Acknowledge; see `mqworker.ports.Source.settle`."""
        consumer = self.dialer.session
        if consumer and self.dialer.ready:
            consumer.settle([number for channel, number in tags if channel == self.channels])
            consumer.acknowledge(self.monotonic())

    def hold(self, tags: Iterable[Tag]) -> None:
        """Take others beside these; see `mqworker.ports.Shelf.hold`."""
        consumer = self.dialer.session
        if consumer and self.dialer.ready:
            consumer.hold([number for channel, number in tags if channel == self.channels])

    @property
    def depths(self) -> dict[str, QueueDepth]:
        """Tell how full the queues are; see `mqworker.ports.Gauged`."""
        consumer = self.dialer.session
        return dict(consumer.depths) if consumer else {}

    def measure(self) -> None:
        """Ask how full they are; see `mqworker.ports.Gauged.measure`."""
        consumer = self.dialer.session
        if consumer and self.dialer.ready:
            consumer.measure()

    def close(self) -> None:
        """Acknowledge what is settled and leave; see `mqworker.ports.Source.close`."""
        self.closed = True
        consumer = self.dialer.session
        if consumer and self.dialer.ready:
            consumer.acknowledge_all()
        self.dialer.close()
