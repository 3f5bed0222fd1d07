"""Receives through kombu: SQS, Azure Service Bus and the like. For Redis see `sources.redis`.

1. kombu decodes nothing: any content type is accepted, the body is handed over as bytes.
2. Messages are settled one by one; kombu's transports know no `multiple`.
3. A connection lost is a new channel; what the old one held comes again, where the transport keeps
   it (`mqworker.brokers.transports` says which do).
4. Whatever a transport's library raises is an outage, but for the first connection.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import kombu

from mqworker.brokers.attempts import Attempts
from mqworker.brokers.envelope import Opened, open_envelope
from mqworker.brokers.kombu import KombuOptions, close, connection_to, declare, open_channel
from mqworker.core.errors import Misconfigured
from mqworker.core.message import Delivery, PlainProperties, Tag
from mqworker.core.urls import redact_text

log = logging.getLogger(__name__)


class Unopened:
    """Mixed into a transport's message class: keeps kombu from opening the envelope."""

    def __init__(self, payload: Mapping[str, Any], channel: Any = None, **rest: Any) -> None:
        """Take the envelope as the transport read it."""
        super().__init__({**payload, "body": None, "headers": {}}, channel=channel, **rest)  # type: ignore[call-arg]
        self.envelope = payload

    def serializable(self) -> dict[str, Any]:
        """Return what to put back into the queue."""
        return dict(self.envelope)


class KombuSource:
    """One queue of a broker that kombu speaks to; see `mqworker.ports.Source`."""

    def __init__(self, options: KombuOptions) -> None:
        """Name what to consume; it is connected with the first `receive`.

        Raises:
            Misconfigured: a package is missing, or a URL makes no sense.
            ValueError: it is a Redis: there kombu's consumer loses messages.
        """
        if options.transport.schemes[0] in {"redis", "sentinel"}:
            raise ValueError("a Redis is read by mqworker.sources.redis")
        self.options = options
        self.connections = {each: connection_to(options, each) for each in options.targets}
        self.attempts = Attempts(options.targets, options.backoff)
        self.connection: kombu.Connection | None = None
        self.consumer: kombu.Consumer | None = None
        self.channel = 0
        self.count = 0
        self.arrived: deque[Any] = deque()
        self.unsettled: dict[int, Any] = {}

    @property
    def ready(self) -> bool:
        """Tell whether messages can come; see `mqworker.ports.Source`."""
        return self.consumer is not None

    def receive(self, limit: int, timeout_s: float) -> list[Delivery]:
        """Hand over what is there; see `mqworker.ports.Source.receive`."""
        consumer = self.connected(timeout_s)
        if consumer is None:
            return []
        try:
            if limit <= 0:
                self.pause(consumer, timeout_s)
            else:
                self.drain(consumer, limit, timeout_s)
        except Exception as error:  # noqa: BLE001 - a transport raises what its library raises
            self.lose(error)
            return []
        return self.handed_over(limit)

    def connected(self, timeout_s: float) -> kombu.Consumer | None:
        """Return the consumer, connecting if that is due."""
        if self.consumer is None and self.attempts.await_turn(timeout_s):
            try:
                self.open(self.connections[self.attempts.url])
            except Exception as error:
                if self.channel == 0 and not self.is_outage(error):
                    raise self.misconfigured(error) from error
                self.lose(error)
        return self.consumer

    def open(self, connection: kombu.Connection) -> None:
        """Connect and consume."""
        self.connection = connection
        channel = open_channel(self.options, connection)
        declare(channel, self.options)
        # What a dead connection held is the broker's to deliver again; kombu would try it at exit.
        channel.do_restore = False
        channel.Message = type("Message", (Unopened, channel.Message), {})
        self.consumer = kombu.Consumer(
            channel,
            [kombu.Queue(self.options.queue)],
            on_message=self.arrived.append,
            auto_declare=False,
            prefetch_count=self.options.prefetch,
        )
        self.consumer.consume()
        self.channel += 1
        self.attempts.succeeded()

    def is_outage(self, error: Exception) -> bool:
        """Tell whether trying again may help."""
        if isinstance(error, Misconfigured):
            return False
        transport = self.connections[self.attempts.url].transport
        return isinstance(error, (OSError, *transport.connection_errors, *transport.channel_errors))

    def misconfigured(self, error: Exception) -> Misconfigured:
        """Return what to tell about a broker that refuses for good."""
        if isinstance(error, Misconfigured):
            return error
        return Misconfigured(redact_text(f"the broker refuses: {type(error).__name__}: {error}"))

    def drain(self, consumer: kombu.Consumer, limit: int, timeout_s: float) -> None:
        """Have messages arrive, at least one within the time limit if there are any."""
        if not consumer.consuming_from(self.options.queue):
            consumer.consume()
        transport = consumer.channel.connection
        with suppress(TimeoutError):
            while len(self.arrived) < limit:
                transport.drain_events(transport, timeout=0 if self.arrived else timeout_s)
                if self.options.transport.waits:
                    return

    def pause(self, consumer: kombu.Consumer, timeout_s: float) -> None:
        """Take nothing more, and give back what was not handed over."""
        if consumer.consuming_from(self.options.queue):
            consumer.cancel()
        while self.arrived:
            self.arrived.pop().requeue()
        time.sleep(timeout_s)

    def handed_over(self, limit: int) -> list[Delivery]:
        """Hand over at most `limit` of what has arrived."""
        received = datetime.now(UTC)
        number = min(limit, len(self.arrived))
        return [self.delivery(self.arrived.popleft(), received) for _ in range(number)]

    def delivery(self, message: Any, received: datetime) -> Delivery:
        """Open one message."""
        self.count += 1
        self.unsettled[self.count] = message
        opened = open_envelope(message.envelope) or unread(message.envelope)
        return Delivery(
            Tag(self.channel, self.count),
            opened.body,
            opened.properties,
            received,
            opened.redelivered or message.envelope.get("redelivered") is True,
            opened.exchange,
            opened.routing_key,
        )

    def settle(self, tags: Iterable[Tag]) -> None:
        """Have the broker forget messages; see `mqworker.ports.Source.settle`."""
        try:
            for channel, number in tags:
                if channel == self.channel and number in self.unsettled:
                    self.unsettled.pop(number).ack()
        except Exception as error:  # noqa: BLE001 - as in receive
            self.lose(error)

    def lose(self, error: Exception) -> None:
        """Note an outage and leave the connection."""
        self.attempts.failed(error)
        self.leave()

    def close(self) -> None:
        """Give back what is not settled; see `mqworker.ports.Source.close`."""
        self.leave()

    def leave(self) -> None:
        """Give back what can be given back, and drop all that belongs to the connection."""
        held = [*self.unsettled.values(), *self.arrived]
        self.unsettled.clear()
        self.arrived.clear()
        if self.consumer is not None:
            with suppress(Exception):
                self.consumer.cancel()
        with suppress(Exception):
            for message in held:
                message.requeue()
        if self.connection is not None:
            close(self.connection)
        self.connection = self.consumer = None


def unread(envelope: Mapping[str, Any]) -> Opened:
    """Return a message whose body is not what kombu writes."""
    return Opened(str(envelope.get("body")).encode("utf-8", "replace"), PlainProperties())
