"""Receives from the broker within the process."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime

from mqworker.brokers.memory import MemoryBroker
from mqworker.core.message import Delivery, Tag
from mqworker.ports import QueueDepth


class MemorySource:
    """One queue of a `MemoryBroker`; see `mqworker.ports.Source`."""

    def __init__(
        self,
        broker: MemoryBroker,
        queue: str,
        *,
        exchanges: Iterable[str] = (),
        prefetch: int = 8000,
    ) -> None:
        """Declare the queue, bind it by its name to each exchange, and consume it."""
        self.broker = broker
        self.queue = queue
        self.prefetch = prefetch
        self.channel = 0
        self.unsettled: set[int] = set()
        self.closed = False
        self.depths: dict[str, QueueDepth] = {}
        broker.declare(queue, exchanges)
        self.connect()

    def connect(self) -> None:
        """Start a new channel: what came by the old one comes again."""
        self.drops = self.broker.drops
        self.consumer = self.broker.join()
        self.channel += 1
        self.unsettled.clear()

    @property
    def ready(self) -> bool:
        """Tell whether messages can come; see `mqworker.ports.Source`."""
        return not self.closed

    def receive(self, limit: int, timeout_s: float) -> list[Delivery]:
        """Hand over what is there; see `mqworker.ports.Source.receive`."""
        until = time.monotonic() + timeout_s
        with self.broker.changed:
            while not self.closed:
                deliveries = self.claim(limit)
                left = until - time.monotonic()
                if deliveries or left <= 0:
                    return deliveries
                self.broker.changed.wait(left)
        return []

    def claim(self, limit: int) -> list[Delivery]:
        """Claim what may be handed over, at once."""
        if self.drops != self.broker.drops:
            self.connect()
        room = max(0, min(limit, self.prefetch - len(self.unsettled)))
        claimed = self.broker.claim(self.consumer, self.queue, room)
        self.unsettled.update(kept.number for kept in claimed)
        received = datetime.now(UTC)
        return [
            Delivery(Tag(self.channel, number), body, properties, received, again, exchange, key)
            for number, again, (body, properties, exchange, key) in claimed
        ]

    def settle(self, tags: Iterable[Tag]) -> None:
        """Forget messages; see `mqworker.ports.Source.settle`."""
        numbers = {number for channel, number in tags if channel == self.channel}
        self.unsettled -= numbers
        self.broker.settle(self.consumer, self.queue, numbers)

    def measure(self) -> None:
        """Count what waits; see `mqworker.ports.Gauged.measure`."""
        self.depths = {self.queue: QueueDepth(self.broker.depth(self.queue).ready, None)}

    def close(self) -> None:
        """Give back what is not settled; see `mqworker.ports.Source.close`."""
        self.closed = True
        self.unsettled.clear()
        self.broker.leave(self.consumer)
