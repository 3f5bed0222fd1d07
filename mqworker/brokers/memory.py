"""A broker within the process: for tests, dry runs and explanations. Nothing survives it.

It routes, hands over, takes back and flags as the durable ones do; any thread may use it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush, nsmallest
from itertools import count
from threading import Condition
from typing import NamedTuple

from mqworker.core.errors import Misconfigured
from mqworker.core.message import Publication


class Depth(NamedTuple):
    """How many messages a queue has: to be handed over, and handed over but not settled."""

    ready: int
    unsettled: int


class Kept(NamedTuple):
    """A message in its place in the queue: numbers are unique, so they alone decide the order."""

    number: int
    redelivered: bool
    message: Publication


@dataclass(slots=True)
class MemoryQueue:
    """A queue: a heap of what is ready, and what each consumer holds."""

    ready: list[Kept] = field(default_factory=list)
    held: dict[int, dict[int, Kept]] = field(default_factory=dict)

    def kept(self) -> list[Kept]:
        """Return every message, whoever holds it, in no order."""
        return [*self.ready, *(kept for held in self.held.values() for kept in held.values())]


class MemoryBroker:
    """Queues, bindings, and who holds what."""

    def __init__(self) -> None:
        self.changed = Condition()
        self.queues: dict[str, MemoryQueue] = {}
        self.bindings: dict[tuple[str, str], dict[str, None]] = {}
        self.numbers = count(1)
        self.consumers = count(1)
        self.drops = 0

    def declare(self, queue: str, exchanges: Iterable[str] = ()) -> None:
        """Make the queue, if need be, and bind it to each exchange by its name."""
        with self.changed:
            self.queues.setdefault(queue, MemoryQueue())
            for exchange in exchanges:
                self.bindings.setdefault((exchange, queue), {})[queue] = None

    def publish(self, publications: Sequence[Publication]) -> None:
        """Put each message into the queues that it is routed to; all of them, or none.

        Raises:
            Misconfigured: one is routed to no queue.
        """
        with self.changed:
            for publication, queues in [(each, self.route(each)) for each in publications]:
                for queue in queues:
                    heappush(queue.ready, Kept(next(self.numbers), False, publication))
            self.changed.notify_all()

    def route(self, publication: Publication) -> list[MemoryQueue]:
        """Return the queues for a message: the default exchange knows each queue by its name."""
        key = publication.routing_key
        names = (
            self.bindings.get((publication.exchange, key), {}) if publication.exchange else [key]
        )
        queues = [self.queues[name] for name in names if name in self.queues]
        if not queues:
            raise Misconfigured(
                f"no queue is bound to exchange {publication.exchange!r} by routing key {key!r}"
            )
        return queues

    def join(self) -> int:
        """Return the number of a new consumer."""
        return next(self.consumers)

    def claim(self, consumer: int, queue: str, limit: int) -> list[Kept]:
        """Give a consumer at most `limit` messages, the oldest first."""
        with self.changed:
            at = self.queues[queue]
            claimed = [heappop(at.ready) for _ in range(min(limit, len(at.ready)))]
            held = at.held.setdefault(consumer, {})
            held.update((kept.number, kept) for kept in claimed)
            return claimed

    def settle(self, consumer: int, queue: str, numbers: Iterable[int]) -> None:
        """Forget those of the messages that the consumer holds."""
        with self.changed:
            held = self.queues[queue].held.get(consumer, {})
            for number in numbers:
                held.pop(number, None)

    def leave(self, consumer: int) -> None:
        """Put back what a consumer holds, flagged redelivered."""
        with self.changed:
            for queue in self.queues.values():
                for kept in queue.held.pop(consumer, {}).values():
                    heappush(queue.ready, kept._replace(redelivered=True))
            self.changed.notify_all()

    def drop_connection(self) -> None:
        """Do what a broker does when it goes away and comes back: nobody holds anything."""
        with self.changed:
            holders = {consumer for queue in self.queues.values() for consumer in queue.held}
            for consumer in holders:
                self.leave(consumer)
            self.drops += 1
            self.changed.notify_all()

    def depth(self, queue: str) -> Depth:
        """Count the messages of a queue; nothing is in a queue that there is not."""
        with self.changed:
            at = self.queues.get(queue, MemoryQueue())
            return Depth(len(at.ready), sum(map(len, at.held.values())))

    def peek(self, queue: str, limit: int) -> list[Publication]:
        """Return the oldest messages of a queue, also those in somebody's hands, untouched."""
        with self.changed:
            at = self.queues.get(queue, MemoryQueue())
            return [kept.message for kept in nsmallest(limit, at.kept())]
