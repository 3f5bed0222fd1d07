"""Publishes through kombu.

1. A message that no queue would get is an error: kombu itself drops it without a word, or makes a
   queue of any name.
2. Content type, headers and the other properties go as they are; kombu encodes nothing.

What a publish that returned means differs by transport: `mqworker.brokers.transports`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import kombu

from mqworker.brokers.kombu import KombuOptions, close, connection_to, declare, open_channel
from mqworker.core.deadletter import Grave
from mqworker.core.errors import BrokerUnavailable, Misconfigured
from mqworker.core.message import Publication
from mqworker.core.urls import redact_text

PERSISTENT = 2
CARRIED = (
    "correlation_id",
    "reply_to",
    "expiration",
    "message_id",
    "timestamp",
    "type",
    "user_id",
    "app_id",
    "cluster_id",
)


class KombuPublisher:
    """Publishes to a broker that kombu speaks to; see `mqworker.ports.Publisher`."""

    def __init__(self, options: KombuOptions, queues: Iterable[str] = ()) -> None:
        """Name where to publish; it is connected with the first message.

        Args:
            options: the broker; its queue is declared and bound to its exchanges.
            queues: others that can be reached by their names, through the default exchange. The
                queue of the options, and the one for its dead letters, always can.

        Raises:
            Misconfigured: a package is missing, or a URL makes no sense.
        """
        self.options = options
        self.queues = {options.queue, Grave(options.queue).dead_queue, *queues}
        self.targets = [connection_to(options, each) for each in options.targets]
        self.failures = 0
        self.channel: Any = None

    @property
    def connection(self) -> kombu.Connection:
        """The broker to talk to: after a failure the next one."""
        return self.targets[self.failures % len(self.targets)]

    def publish(self, publications: Sequence[Publication]) -> None:
        """Hand messages to the broker; see `mqworker.ports.Publisher.publish`."""
        try:
            if self.channel is None:
                channel = open_channel(self.options, self.connection)
                declare(channel, self.options)
                self.channel = channel
            for exchange, routing_key in dict.fromkeys(each[2:] for each in publications):
                self.require_route(exchange, routing_key)
            for publication in publications:
                self.send(publication)
        except Misconfigured:
            raise
        except Exception as error:
            self.channel = None
            close(self.connection)
            self.failures += 1
            told = redact_text(f"{type(error).__name__}: {error}")
            raise BrokerUnavailable(f"the broker did not take it: {told}") from error

    def require_route(self, exchange: str, routing_key: str) -> None:
        """See that there is a queue for it.

        Raises:
            Misconfigured: there is none.
        """
        if not (routing_key in self.queues if not exchange else self.routes(exchange, routing_key)):
            raise Misconfigured(
                f"no queue is bound to exchange {exchange!r} by {routing_key!r}: nothing published"
            )

    def routes(self, exchange: str, routing_key: str) -> Iterable[str]:
        """Return the queues that are bound to an exchange by this key."""
        try:
            bindings = self.channel.get_table(exchange)
        except KeyError:
            return ()
        found: Iterable[str] = self.channel.typeof(exchange).lookup(
            bindings, exchange, routing_key, None
        )
        return found

    def send(self, publication: Publication) -> None:
        """Publish one message."""
        properties = publication.properties
        values = {name: getattr(properties, name) for name in CARRIED}
        message = self.channel.prepare_message(
            publication.body,
            priority=properties.priority or 0,
            content_type=properties.content_type,
            content_encoding=properties.content_encoding,
            headers=dict(properties.headers or {}),
            properties={name: value for name, value in values.items() if value is not None}
            | {"delivery_mode": PERSISTENT},
        )
        self.channel.basic_publish(
            message, exchange=publication.exchange, routing_key=publication.routing_key
        )

    def close(self) -> None:
        """Leave; see `mqworker.ports.Publisher.close`."""
        if self.channel is not None:
            self.channel = None
            close(self.connection)
