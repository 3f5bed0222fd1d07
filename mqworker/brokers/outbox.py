"""Publishing over one RabbitMQ connection, with confirms (https://www.rabbitmq.com/docs/confirms).

1. Every message is persistent, whatever its properties say, and mandatory: one that no queue takes
   comes back (basic.return), and does so before its confirmation.
"""

from __future__ import annotations

import logging
from typing import Any

import pika

from mqworker.brokers.content import write_properties
from mqworker.brokers.link import Link
from mqworker.brokers.rabbitmq import Topology, declare
from mqworker.core.confirms import Confirms
from mqworker.core.message import Properties, Publication

log = logging.getLogger(__name__)

PERSISTENT = 2


class Outbox:
    """Writes messages, and keeps account of the broker's answers.

    returned: exchange and routing key of a message that could not be routed.
    refused: the numbers of the messages that the broker could not take (basic.nack).
    blocked: why the broker takes nothing now; "" if it does.
    """

    connect = pika.SelectConnection

    def __init__(self, topology: Topology | None) -> None:
        self.topology = topology
        self.confirms = Confirms()
        self.returned: tuple[str, str] | None = None
        self.refused: set[int] = set()
        self.blocked = ""
        self.link: Link | None = None
        self.channel: Any = None

    @property
    def unsent_bytes(self) -> int:
        """How much the broker has not taken yet."""
        return self.link.unsent_bytes if self.link else 0

    def setup(self, link: Link) -> None:
        """Declare what is wanted and switch confirms on."""
        self.link, self.channel = link, link.channel
        link.connection.add_on_connection_blocked_callback(self.note_blocked)
        link.connection.add_on_connection_unblocked_callback(self.note_unblocked)
        if self.topology:
            declare(self.channel, self.topology)
        self.channel.add_on_return_callback(self.note_return)
        self.channel.confirm_delivery(self.note_answer, callback=link.be_ready)

    def write(self, publication: Publication) -> None:
        """Put a message into the connection's buffer."""
        body, properties, exchange, routing_key = publication
        self.channel.basic_publish(exchange, routing_key, body, Encoded(properties), mandatory=True)
        self.confirms.send()

    def note_answer(self, frame: Any) -> None:
        """Take the broker's answer to one message or several."""
        answer = frame.method
        answered = self.confirms.answer(answer.delivery_tag, multiple=answer.multiple)
        if isinstance(answer, pika.spec.Basic.Nack):
            self.refused |= answered

    def note_return(self, _channel: Any, method: Any, _properties: Any, _body: bytes) -> None:
        """Take back a message that could not be routed."""
        self.returned = method.exchange, method.routing_key

    def note_blocked(self, _connection: Any, frame: Any) -> None:
        """Note that the broker takes nothing for now."""
        self.blocked = frame.method.reason or "no reason given"
        log.warning("publishing blocked by the broker reason=%r", self.blocked)

    def note_unblocked(self, _connection: Any, _frame: Any) -> None:
        """Note that the broker takes messages again."""
        self.blocked = ""
        log.info("publishing no longer blocked by the broker")


class Encoded:
    """Properties as pika's frames take them, but written here (see `mqworker.brokers.fields`)."""

    INDEX = pika.BasicProperties.INDEX

    __slots__ = ("raw",)

    def __init__(self, properties: Properties) -> None:
        self.raw = write_properties(properties, PERSISTENT)

    def encode(self) -> list[bytes]:
        """Return the flags and the properties."""
        return [self.raw]
