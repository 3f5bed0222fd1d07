"""Receives from Redis, what kombu or a shipper put into a list.

1. A message is held under a lease (`mqworker.brokers.redis_leases`), which is renewed as long as
   this worker lives, however long Elasticsearch is down.
2. Leases outlive connections: after an outage everything that is held still is, and can be settled.
   So there is one channel for ever.
3. What could not be settled in an outage is settled after it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import kombu
import redis.exceptions
from redis.backoff import NoBackoff
from redis.retry import Retry

from mqworker.brokers.attempts import Attempts
from mqworker.brokers.envelope import open_entry
from mqworker.brokers.kombu import KombuOptions, close, connection_to, declare, open_channel
from mqworker.brokers.redis_leases import Leases
from mqworker.core.errors import BrokerUnavailable, Misconfigured
from mqworker.core.message import Delivery, Tag
from mqworker.core.urls import redact_text
from mqworker.ports import QueueDepth

log = logging.getLogger(__name__)

CHANNEL = 1
PAUSE_S = 0.05
"""Between two looks into an empty queue."""

COUNT_LIMIT_S = 10.0

TENDS_PER_LEASE = 4
"""How often a lease is renewed before it ends."""

PERMANENT = (redis.AuthenticationError, redis.exceptions.NoPermissionError)


class RedisSource:
    """One queue in Redis; see `mqworker.ports.Source`."""

    def __init__(self, options: KombuOptions) -> None:
        """Name what to consume; it is connected with the first `receive`.

        Raises:
            Misconfigured: a URL makes no sense.
        """
        self.options = options
        self.connections = {each: connection_to(options, each) for each in options.targets}
        self.attempts = Attempts(options.targets, options.backoff)
        self.connection: kombu.Connection | None = None
        self.leases: Leases | None = None
        self.count = 0
        self.held: dict[int, bytes] = {}
        self.prefetch = options.prefetch
        self.settled: list[int] = []
        self.tend_at = 0.0
        self.depths: dict[str, QueueDepth] = {}

    @property
    def ready(self) -> bool:
        """Tell whether messages can come; see `mqworker.ports.Source`."""
        return self.connection is not None

    def receive(self, limit: int, timeout_s: float) -> list[Delivery]:
        """Hand over what is there; see `mqworker.ports.Source.receive`."""
        until = time.monotonic() + timeout_s
        while True:
            deliveries = self.look(limit, max(0.0, until - time.monotonic()))
            left_s = until - time.monotonic()
            if deliveries or left_s <= 0:
                return deliveries
            time.sleep(min(PAUSE_S, left_s))

    def look(self, limit: int, timeout_s: float) -> list[Delivery]:
        """Take what is there now; nothing in an outage."""
        try:
            leases = self.connected(timeout_s)
            if leases is None:
                return []
            self.tend(leases)
            room = min(limit, self.prefetch - len(self.held))
            return self.take(leases, room) if room > 0 else []
        except (redis.RedisError, OSError) as error:
            self.lose(error)
            return []

    def connected(self, timeout_s: float) -> Leases | None:
        """Return the leases, connecting if that is due; None in an outage."""
        if self.connection is not None:
            return self.leases
        if not self.attempts.await_turn(timeout_s):
            return None
        connection = self.connections[self.attempts.url]
        try:
            client, leases = self.opened(connection)
        except (redis.RedisError, OSError) as error:
            close(connection)
            if self.leases is None and is_permanent(error):
                raise Misconfigured(f"Redis refuses: {redact_text(str(error))}") from error
            raise
        leases.connect(client)
        self.connection, self.leases, self.tend_at = connection, leases, 0.0
        self.attempts.succeeded()
        return leases

    def opened(self, connection: kombu.Connection) -> tuple[redis.Redis, Leases]:
        """Connect; returns what speaks to Redis, and the leases: those of the first time."""
        channel = open_channel(self.options, connection)
        try:
            declare(channel, self.options)
        except redis.OutOfMemoryError as error:
            log.warning("Redis is full, nothing could be declared: %s", error)
        client = redis.Redis(connection_pool=channel.pool)
        # A script that ran and was not answered must not run again: its leases would be lost.
        client.set_retry(Retry(NoBackoff(), 0))
        warn_of_settings(client)
        return client, self.leases or self.new_leases(channel)

    def new_leases(self, channel: Any) -> Leases:
        """Return leases on the lists that kombu makes of a queue: one for each priority."""
        queue = self.options.queue
        lists = [
            f"{queue}{channel.sep}{step}" if step else queue for step in channel.priority_steps
        ]
        return Leases(queue, lists, channel.visibility_timeout, channel.global_keyprefix)

    def take(self, leases: Leases, limit: int) -> list[Delivery]:
        """Take at most `limit` messages."""
        first = self.count + 1
        self.count += limit
        entries = leases.take(first, limit)
        received = datetime.now(UTC)
        return [
            self.delivery(number, entry, received) for number, entry in enumerate(entries, first)
        ]

    def delivery(self, number: int, entry: bytes, received: datetime) -> Delivery:
        """Open one message."""
        self.held[number] = entry
        opened = open_entry(entry, self.options.queue)
        return Delivery(
            Tag(CHANNEL, number),
            opened.body,
            opened.properties,
            received,
            opened.redelivered,
            opened.exchange,
            opened.routing_key,
        )

    def settle(self, tags: Iterable[Tag]) -> None:
        """Have Redis forget messages; see `mqworker.ports.Source.settle`."""
        for channel, number in tags:
            if channel == CHANNEL and self.held.pop(number, None) is not None:
                self.settled.append(number)
        if self.connection is None or self.leases is None:
            return
        try:
            self.forget_settled(self.leases)
        except (redis.RedisError, OSError) as error:
            self.lose(error)

    def hold(self, tags: Iterable[Tag]) -> None:
        """Take others beside these; see `mqworker.ports.Shelf.hold`. They stay in memory."""
        self.prefetch += sum(channel == CHANNEL for channel, _ in tags)

    def count_ready(self, limit_s: float = COUNT_LIMIT_S) -> int:
        """Count the messages that nobody holds.

        Raises:
            BrokerUnavailable: Redis does not answer.
            Misconfigured: it refuses for good.
        """
        until = time.monotonic() + limit_s
        while (left_s := until - time.monotonic()) > 0:
            try:
                if leases := self.connected(left_s):
                    return leases.count()
            except (redis.RedisError, OSError) as error:
                self.lose(error)
        raise BrokerUnavailable(f"Redis does not answer within {limit_s:.0f} s")

    def measure(self) -> None:
        """Count what nobody holds; see `mqworker.ports.Gauged.measure`."""
        if self.connection is None or self.leases is None:
            return
        try:
            self.depths = {self.options.queue: QueueDepth(self.leases.count(), None)}
        except (redis.RedisError, OSError) as error:
            self.lose(error)

    def forget_settled(self, leases: Leases) -> None:
        """Settle what is settled; if that fails, it is tried again after the outage."""
        if self.settled:
            leases.settle(self.settled)
            self.settled.clear()

    def tend(self, leases: Leases) -> None:
        """Renew what is held and put back what nobody holds any more, when it is time to."""
        now = time.monotonic()
        if now < self.tend_at:
            return
        self.forget_settled(leases)
        leases.renew(self.held)
        if count := leases.put_back_ended():
            log.warning("%d messages of a worker that is gone were put back", count)
        self.tend_at = now + leases.lease_ms / 1000 / TENDS_PER_LEASE

    def lose(self, error: Exception) -> None:
        """Note an outage and leave the connection; what is held stays held."""
        self.attempts.failed(error)
        if self.connection is not None:
            close(self.connection)
        self.connection = None

    def close(self) -> None:
        """Give back what is not settled; see `mqworker.ports.Source.close`."""
        if self.connection is None or self.leases is None:
            return
        try:
            self.forget_settled(self.leases)
            self.leases.put_back_own(self.held.items())
        except (redis.RedisError, OSError) as error:
            log.warning(
                "left without giving messages back, they come when their leases end: %s", error
            )
        close(self.connection)
        self.connection = None
        self.held.clear()


def is_permanent(error: Exception) -> bool:
    """Tell whether trying again changes nothing."""
    if "CERTIFICATE" in str(error):  # redis-py tells OpenSSL's reason as text only
        return True
    return isinstance(error, PERMANENT) or type(error) is redis.ResponseError


def warn_of_settings(client: redis.Redis) -> None:
    """Warn when this Redis is set up so that it loses more than it has to."""
    try:
        told = client.info("persistence", "memory")
    except redis.ResponseError:  # a user who may not ask
        return
    if not told.get("aof_enabled"):
        log.warning("this Redis has 'appendonly no': its end loses all since its last snapshot")
    policy = told.get("maxmemory_policy", "noeviction")
    if told.get("maxmemory") and policy != "noeviction":
        log.warning("this Redis has 'maxmemory-policy %s': it may drop whole queues", policy)
