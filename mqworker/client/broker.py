"""Sends events to RabbitMQ, confirmed, with the event's ID as the message's."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from mqworker.brokers.rabbitmq import RabbitmqOptions
from mqworker.client.answers import Answer
from mqworker.client.entry import Entry
from mqworker.client.intake import Away
from mqworker.core.errors import MqworkerError
from mqworker.core.message import PlainProperties, Publication
from mqworker.publishers.rabbitmq import RabbitmqPublisher

PERSISTENT = 2


class BrokerTransport:
    """A connection to RabbitMQ; used by one thread.

    It declares nothing, the worker does: an event that no queue would get is kept, and tried
    again, until a worker has made one.
    """

    def __init__(self, options: RabbitmqOptions, exchange: str, timeout_s: float) -> None:
        """Connect to nothing yet."""
        self.options, self.exchange, self.timeout_s = options, exchange, timeout_s
        self.publisher: RabbitmqPublisher | None = None

    def send(self, entries: Sequence[Entry]) -> Answer:
        """Publish events, and wait until the broker has confirmed all of them.

        Raises:
            Away: it has not; some may have been taken, and will come twice with the same ID.
        """
        if self.publisher is None:
            self.publisher = RabbitmqPublisher(self.options, confirm_timeout_s=self.timeout_s)
        try:
            self.publisher.publish([self.publication(entry) for entry in entries])
        except MqworkerError as error:
            self.close()
            raise Away(str(error)) from error
        return Answer()

    def publication(self, entry: Entry) -> Publication:
        """Return the message of an event."""
        properties = PlainProperties(
            content_type="application/json",
            content_encoding="utf-8",
            headers=dict(entry.context) or None,
            delivery_mode=PERSISTENT,
            message_id=entry.id,
        )
        return Publication(entry.body, properties, self.exchange, self.options.queue)

    def close(self) -> None:
        """Leave; a later `send` connects anew."""
        publisher, self.publisher = self.publisher, None
        if publisher is not None:
            with suppress(MqworkerError, OSError):
                publisher.close()

    def forget(self) -> None:
        """Let go of the connection without a word: it is the parent process's."""
        self.publisher = None
