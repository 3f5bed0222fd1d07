"""Senders: to RabbitMQ with confirms, to the intake over HTTP; each until it is told of success.

1. What is confirmed is an obligation from then on; what is not may be there or not.
2. A shipment that is tried again is the same to the last byte, and has the same time.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from threading import Event, Thread

import pika
from pika.exceptions import AMQPError

from mqworker.brokers.rabbitmq import RabbitmqOptions
from mqworker.core.errors import MqworkerError
from mqworker.core.message import Publication
from mqworker.publishers.rabbitmq import RabbitmqPublisher
from mqworker.publishers.sqlite import SqlitePublisher
from tests.campaign.diary import Diary
from tests.campaign.fleet import Fleet
from tests.campaign.shipments import AMQP, TOKEN, Shipment
from tests.campaign.stores import Embedded
from tests.intakes import ask
from tests.integration.pairs import EXCHANGE, QUEUE

SINGLE_LANES, HTTP_LANES = 3, 3
TOGETHER = 20
PAUSE_S = 0.3
ANSWER_LIMIT_S = 15.0
SUCCESS = {200, 202}
PASSING = {503}


class Lane(Thread):
    """Sends shipments in their order, at their time or later."""

    def __init__(self, fleet: Fleet, shipments: Sequence[Shipment], stop: Event) -> None:
        super().__init__(daemon=True)
        self.fleet, self.shipments, self.ended = fleet, shipments, stop
        self.diary: Diary = fleet.diary
        self.confirmed: set[str] = set()
        self.tries = 0
        self.left = len(shipments)
        self.complaints: list[str] = []

    def run(self) -> None:
        """Send everything; a defect of the sender is told, or it would look like a loss."""
        try:
            self.send_all()
        except Exception as error:  # noqa: BLE001 - told in the verdict
            self.complaints.append(f"{type(self).__name__} failed: {error!r}")

    def send_all(self) -> None:
        """Send everything."""
        for batch in self.batches():
            if self.ended.wait(max(0.0, batch[0].due - self.diary.now)):
                break
            self.deliver(batch)
            self.left -= len(batch)
        self.close()

    def batches(self) -> Iterator[Sequence[Shipment]]:
        """Give what is sent together."""
        for shipment in self.shipments:
            yield [shipment]

    def deliver(self, batch: Sequence[Shipment]) -> None:
        """Send until that succeeds; what does not stay is tried once."""
        moment = int(time.time())
        while not self.ended.is_set():
            self.tries += 1
            if self.succeeds(batch, moment):
                self.confirmed.update(name for each in batch for name in each.owed)
                return
            batch = [each for each in batch if each.stays]
            if not batch:
                return
            self.ended.wait(PAUSE_S)

    def succeeds(self, batch: Sequence[Shipment], moment: int) -> bool:
        """Send once; tell whether success was told. `moment` is the time of the first try."""
        raise NotImplementedError

    def close(self) -> None:
        """Leave."""


class SingleLane(Lane):
    """A bare client of RabbitMQ: pika, one message after the other, each confirmed."""

    connection: pika.BlockingConnection | None = None

    def succeeds(self, batch: Sequence[Shipment], moment: int) -> bool:
        """Publish a message, and wait for its confirmation."""
        (shipment,) = batch
        try:
            channel = self.channel()
            channel.basic_publish(EXCHANGE, QUEUE, shipment.body, plain(shipment, moment), True)
        except (AMQPError, OSError, ValueError, AssertionError):
            # The last two: pika trips over a connection that is reset while it comes about.
            self.close()
            return False
        return True

    def channel(self) -> pika.adapters.blocking_connection.BlockingChannel:
        """Return a channel with confirms."""
        if self.connection is None:
            where = pika.URLParameters(self.fleet.stores.broker("publishers"))
            where.heartbeat = self.fleet.setup.heartbeat_s
            where.socket_timeout = where.blocked_connection_timeout = 5
            where.stack_timeout = 8
            self.connection = pika.BlockingConnection(where)
            self.opened = self.connection.channel()
            self.opened.confirm_delivery()
        return self.opened

    def close(self) -> None:
        """Leave the connection, however it is."""
        connection, self.connection = self.connection, None
        with suppress(Exception):
            if connection is not None:
                connection.close()


class BatchLane(Lane):
    """`mqworker publish`: batches that are confirmed as a whole."""

    publisher: RabbitmqPublisher | SqlitePublisher | None = None

    def batches(self) -> Iterator[Sequence[Shipment]]:
        """Give what is sent together."""
        for first in range(0, len(self.shipments), TOGETHER):
            yield self.shipments[first : first + TOGETHER]

    def succeeds(self, batch: Sequence[Shipment], moment: int) -> bool:
        """Publish messages, and wait for their confirmation."""
        if self.publisher is None:
            self.publisher = self.opened()
        messages = [Publication(each.body, plain(each, moment), EXCHANGE, QUEUE) for each in batch]
        try:
            self.publisher.publish(messages)
        except MqworkerError:
            return False
        return True

    def opened(self) -> RabbitmqPublisher | SqlitePublisher:
        """Return the way to the broker."""
        options = RabbitmqOptions(
            urls=(self.fleet.stores.broker("publishers"),),
            queue=QUEUE,
            exchanges=(EXCHANGE,),
            heartbeat_s=self.fleet.setup.heartbeat_s,
        )
        return RabbitmqPublisher(options, options.topology)

    def close(self) -> None:
        """Leave."""
        if self.publisher is not None:
            self.publisher.close()


class EmbeddedLane(BatchLane):
    """The same to the embedded broker."""

    def opened(self) -> SqlitePublisher:
        """Return the way to the broker."""
        assert isinstance(self.fleet.stores, Embedded)
        return self.fleet.stores.publisher()


class HttpLane(Lane):
    """A client of the intake."""

    def succeeds(self, batch: Sequence[Shipment], _: int) -> bool:
        """Send a request, and read its answer."""
        (shipment,) = batch
        port = self.fleet.links["clients>intake"].port
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_LIMIT_S)
        headers = {"Authorization": f"Bearer {TOKEN}", **dict(shipment.headers)}
        try:
            answer = ask(link, "POST", shipment.way, shipment.body, headers)
        except (OSError, http.client.HTTPException):
            return False
        finally:
            link.close()
        if answer.status not in SUCCESS | PASSING:
            self.complaints.append(
                f"{shipment.way} answered {answer.status}: {answer.body[:200]!r}"
            )
        return answer.status in SUCCESS


def plain(shipment: Shipment, moment: int) -> pika.BasicProperties:
    """Return the properties of a message."""
    return pika.BasicProperties(
        delivery_mode=2,
        message_id=shipment.message_id,
        content_encoding=shipment.encoding,
        timestamp=moment if shipment.stamped else None,
    )


def lanes(fleet: Fleet, shipments: Sequence[Shipment], stop: Event) -> list[Lane]:
    """Return who sends what."""
    messages = [each for each in shipments if each.way == AMQP]
    requests = [each for each in shipments if each.way != AMQP]
    makers: list[type[Lane]] = [*[SingleLane] * SINGLE_LANES, BatchLane]
    if fleet.services is None:
        makers = [EmbeddedLane] * 2
    found: list[Lane] = [
        maker(fleet, messages[place :: len(makers)], stop) for place, maker in enumerate(makers)
    ]
    found += [HttpLane(fleet, requests[place::HTTP_LANES], stop) for place in range(HTTP_LANES)]
    return found
