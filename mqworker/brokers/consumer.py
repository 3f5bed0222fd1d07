"""The consumption of one queue, or several, over one RabbitMQ connection.

1. A message is either handed over or given back (basic.nack, requeue); what is neither is in
   `buffer`, and the broker has it too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from mqworker.brokers.deliveries import ConsumerConnection
from mqworker.brokers.link import Link
from mqworker.brokers.rabbitmq import RabbitmqOptions, declare, ignore
from mqworker.core.acks import Acks, AckWindow
from mqworker.core.errors import MqworkerError
from mqworker.core.message import Delivery, Properties, Tag
from mqworker.core.prefetch import LARGE_BYTES, Prefetch
from mqworker.ports import QueueDepth


class TooHeavy(MqworkerError):
    """More is in our hands than the memory was meant for."""


class Consumer:
    """Fills `buffer` while the connection is run; `channel_number` names it in each `Tag`."""

    def __init__(
        self,
        options: RabbitmqOptions,
        channel_number: int,
        clock: Callable[[], datetime],
        prefetch: Prefetch,
        taking: bool,
    ) -> None:
        prefetch.start()
        self.prefetch = prefetch
        self.options = options
        self.channel_number = channel_number
        self.clock = clock
        self.taking = taking
        self.buffer: list[Delivery] = []
        self.received: datetime | None = None
        self.window = AckWindow(hold_most=max(1, options.prefetch // 2))
        self.aside = 0
        self.consumer_tags: list[str] = []
        self.origins: dict[bytes, str] = {}
        self.depths: dict[str, QueueDepth] = {}
        self.cancelling = 0
        self.link: Link | None = None
        self.channel: Any = None

    def connect(self, *args: Any, **kwargs: Any) -> Any:
        """Make the pika connection."""
        return ConsumerConnection(self.deliver, *args, **kwargs)

    def setup(self, link: Link) -> None:
        """Declare, and consume if anything is to be taken now."""
        self.link, self.channel = link, link.channel
        declare(self.channel, self.options.topology)
        answered = ignore if self.taking else link.be_ready
        self.ask_for(self.prefetch.current, answered)
        if self.taking:
            self.consume(link.be_ready)

    def want(self, taking: bool) -> None:
        """Start or stop to take messages; a stop gives back what was not handed over."""
        self.taking = taking
        if taking and not self.consumer_tags and not self.cancelling:
            self.consume(ignore)
        elif self.consumer_tags and not taking:
            self.cancel()

    def ask_for(self, count: int, answered: Callable[[Any], None]) -> None:
        """Limit what the broker sends: so many messages together, shared by the queues."""
        each = max(1, count // len(self.options.topology.queues))
        self.channel.basic_qos(prefetch_count=each, callback=answered)

    def consume(self, answered: Callable[[Any], None]) -> None:
        """Ask for messages; the answer to the last request is the answer to all."""
        queues = self.options.topology.queues
        for queue in queues:
            last = queue == queues[-1]
            tag = self.channel.basic_consume(
                queue, self.on_message, callback=answered if last else ignore
            )
            self.consumer_tags.append(tag)
            if len(queues) > 1:
                self.origins[tag.encode()] = queue

    def measure(self) -> None:
        """Ask how full the queues are, by a passive declaration, which changes nothing."""

        def answered(frame: Any) -> None:
            told = frame.method
            self.depths[told.queue] = QueueDepth(told.message_count, told.consumer_count)

        for queue in self.options.topology.queues:
            self.channel.queue_declare(queue, passive=True, callback=answered)

    def cancel(self) -> None:
        """Ask for no more messages, and give back those in the buffer."""
        tags, self.consumer_tags = self.consumer_tags, []
        self.cancelling = len(tags)
        for tag in tags:
            self.channel.basic_cancel(tag, callback=self.cancelled)
        returned, self.buffer = self.buffer, []
        for delivery in returned:
            self.channel.basic_nack(delivery.tag.number)
        self.prefetch.settle(delivery.tag.number for delivery in returned)

    def cancelled(self, _frame: Any) -> None:
        """Note that nothing more will come from one queue."""
        self.cancelling -= 1

    def deliver(
        self,
        consumer_tag: bytes,
        number: int,
        redelivered: bool,
        exchange: str,
        routing_key: str,
        properties: Properties,
        body: bytes,
    ) -> None:
        """Take one message from the connection."""
        if not self.consumer_tags:
            self.give_back(number)
            return
        received = self.received
        if received is None:
            received = self.received = self.clock()
        tag = tuple.__new__(Tag, (self.channel_number, number))
        origin = self.origins.get(consumer_tag, "")
        delivery = (tag, body, properties, received, redelivered, exchange, routing_key, origin)
        self.buffer.append(tuple.__new__(Delivery, delivery))
        if len(body) > LARGE_BYTES and self.prefetch.add(number, len(body)):
            self.lighten()

    def lighten(self) -> None:
        """Give everything back: nothing less keeps the broker from sending what is on its way."""
        self.consumer_tags = []
        if self.link:
            count, weight = len(self.prefetch.weights), self.prefetch.weight
            text = f"{count} unsettled messages weigh {weight} bytes: going on with fewer at a time"
            self.link.fail(TooHeavy(text))
            self.link.abort()

    def widen(self) -> None:
        """Ask for more at a time from now on: a prefetch limit is one of the consumer's."""
        old, self.consumer_tags = self.consumer_tags, []
        self.ask_for(self.prefetch.current, ignore)
        self.consume(ignore)
        for tag in old:
            self.channel.basic_cancel(tag)

    def give_back(self, number: int) -> None:
        """Give back a message that was on its way when the consumer was cancelled."""
        if self.link and self.link.ready:
            self.channel.basic_nack(number)

    def on_message(self, _channel: Any, method: Any, properties: Any, body: bytes) -> None:
        """Take one message that pika has read, should it not leave that to `ConsumerConnection`."""
        self.deliver(
            method.consumer_tag.encode(),
            method.delivery_tag,
            method.redelivered,
            method.exchange,
            method.routing_key,
            properties,
            body,
        )

    def hand_over(self, limit: int) -> list[Delivery]:
        """Take the oldest messages out of the buffer."""
        handed = self.buffer[:limit]
        del self.buffer[:limit]
        self.window.deliver([delivery.tag.number for delivery in handed])
        self.received = None
        if self.prefetch.pass_on(len(handed)) and self.consumer_tags:
            self.widen()
        return handed

    def settle(self, numbers: Sequence[int]) -> None:
        """Note what may be acknowledged."""
        self.window.settle(numbers)
        self.prefetch.settle(numbers)

    def hold(self, numbers: Sequence[int]) -> None:
        """Count these no more: they stay in our hands, and others shall come instead.

        The broker counts what a consumer holds, not what its channel does: a new one has room.
        """
        self.prefetch.settle(numbers)
        self.aside += len(numbers)
        if 2 * self.aside >= self.prefetch.current and self.consumer_tags:
            self.aside = 0
            self.widen()

    def acknowledge(self, now: float) -> None:
        """Acknowledge what is to be by now, in seconds on a clock that never goes back."""
        self.send(self.window.take(now))

    def acknowledge_all(self) -> None:
        """Acknowledge all that is settled, before leaving."""
        self.send(self.window.take_all())

    def send(self, acks: Acks) -> None:
        """Write the acknowledgements."""
        if acks.up_to is not None:
            self.channel.basic_ack(acks.up_to, multiple=True)
        for number in acks.alone:
            self.channel.basic_ack(number)
