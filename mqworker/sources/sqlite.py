"""Receives from the embedded broker.

1. A message is handed over only after its claim is committed, and settled ones are deleted; what
   could not be deleted now is deleted with a later call.
2. Nothing is claimed beyond what is handed over, so a limit of 0 has nothing to give back.
3. Connecting again means a new consumer, a new channel: what the old one held comes again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

from mqworker.brokers.claims import SqliteConsumer
from mqworker.brokers.sqlite import DEFAULTS, SqliteBroker, SqliteOptions
from mqworker.core.errors import BrokerUnavailable, Misconfigured, MqworkerError
from mqworker.core.message import Delivery, Tag
from mqworker.database import is_passing
from mqworker.ports import QueueDepth

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 0.002


class SqliteSource:
    """One queue of the embedded broker; see `mqworker.ports.Source`.

    Connects with the first `receive`, in the process that calls it: make it before a fork, or
    after, but do not use it on both sides.
    """

    def __init__(
        self,
        path: Path,
        queue: str,
        *,
        exchanges: Iterable[str] = (),
        prefetch: int = 8000,
        options: SqliteOptions = DEFAULTS,
    ) -> None:
        """Name what to consume.

        Args:
            path: the broker's file, made where there is none.
            queue: declared when it is connected.
            exchanges: bound to the queue by its name.
            prefetch: the most messages that are handed over and not settled.
            options: how patient to be.
        """
        self.path = path
        self.queue = queue
        self.exchanges = tuple(exchanges)
        self.prefetch = prefetch
        self.options = options
        self.consumer: SqliteConsumer | None = None
        self.channel = 0
        self.unsettled: set[int] = set()
        self.settled: list[int] = []
        self.is_out = False
        self.closed = False
        self.depths: dict[str, QueueDepth] = {}

    @property
    def ready(self) -> bool:
        """Tell whether messages can come; see `mqworker.ports.Source`."""
        return self.consumer is not None and not self.is_out

    def receive(self, limit: int, timeout_s: float) -> list[Delivery]:
        """Hand over what is there; see `mqworker.ports.Source.receive`."""
        until = time.monotonic() + timeout_s
        pause = FIRST_PAUSE_S
        while not self.closed:
            deliveries = self.attempt(limit)
            left = until - time.monotonic()
            if deliveries or left <= 0:
                return deliveries
            time.sleep(min(pause, left))
            pause = min(1.5 * pause, self.options.longest_pause_s)
        return []

    def attempt(self, limit: int) -> list[Delivery]:
        """Claim messages; none when there are none, or in an outage."""
        try:
            consumer = self.connected()
            self.delete_settled()
            room = min(limit, self.prefetch - len(self.unsettled))
            deliveries = self.claim(consumer, room) if room > 0 else []
        except (BrokerUnavailable, Misconfigured) as error:
            self.bear(error)
            return []
        self.recover()
        return deliveries

    def connected(self) -> SqliteConsumer:
        """Return the consumer, signing in when there is none."""
        if self.consumer is None:
            with ExitStack() as unless_joined:
                broker = SqliteBroker(self.path, self.options)
                unless_joined.callback(broker.close)
                self.consumer = SqliteConsumer(broker, broker.declare(self.queue, self.exchanges))
                unless_joined.pop_all()
            self.channel += 1
        return self.consumer

    def claim(self, consumer: SqliteConsumer, room: int) -> list[Delivery]:
        """Claim at most `room` messages and remember them."""
        claims = consumer.claim(room)
        received = datetime.now(UTC)
        self.unsettled.update(claim[0] for claim in claims)
        return [
            Delivery(Tag(self.channel, number), body, properties, received, again, exchange, key)
            for number, again, body, properties, exchange, key in claims
        ]

    def settle(self, tags: Iterable[Tag]) -> None:
        """Delete messages; see `mqworker.ports.Source.settle`."""
        numbers = {number for channel, number in tags if channel == self.channel}
        self.settled.extend(self.unsettled & numbers)
        self.unsettled -= numbers
        try:
            self.delete_settled()
        except (BrokerUnavailable, Misconfigured) as error:
            self.bear(error)

    def hold(self, tags: Iterable[Tag]) -> None:
        """Take others beside these; see `mqworker.ports.Shelf.hold`."""
        self.prefetch += sum(channel == self.channel for channel, _ in tags)

    def measure(self) -> None:
        """Count what waits; see `mqworker.ports.Gauged.measure`."""
        if self.consumer is None:
            return
        with suppress(BrokerUnavailable, Misconfigured):
            depth = self.consumer.broker.depth(self.queue)
            self.depths = {self.queue: QueueDepth(depth.ready, None)}

    def delete_settled(self) -> None:
        """Delete what is settled; if that fails, it is tried again at the next call."""
        if self.settled and self.consumer is not None:
            self.consumer.settle(self.settled)
            self.settled.clear()

    def bear(self, error: MqworkerError) -> None:
        """Note an outage; leave the connection unless it is sound."""
        if self.channel == 0 and isinstance(error, Misconfigured):
            raise error
        if not self.is_out:
            log.warning("the broker is out of reach: %s", error)
            self.is_out = True
        if self.consumer is not None and not is_passing(error):
            self.consumer.abandon()
            self.forget()

    def recover(self) -> None:
        """Note the end of an outage."""
        if self.is_out:
            log.info("the broker is in reach again: %s", self.path)
            self.is_out = False

    def forget(self) -> None:
        """Drop all that belongs to the connection."""
        self.consumer = None
        self.unsettled.clear()
        self.settled.clear()

    def close(self) -> None:
        """Give back what is not settled; see `mqworker.ports.Source.close`."""
        self.closed = True
        if self.consumer is None:
            return
        try:
            self.delete_settled()
            self.consumer.close()
        except (BrokerUnavailable, Misconfigured) as error:
            log.warning("left without giving messages back, the next consumer does: %s", error)
            self.consumer.abandon()
        self.forget()
