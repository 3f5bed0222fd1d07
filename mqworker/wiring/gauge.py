"""Settings -> what measures the queues, for the console."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing

from mqworker.brokers.management import NoSuchThing
from mqworker.brokers.rabbitmq_depth import queue_depth
from mqworker.brokers.rabbitmq_gauge import RabbitmqGauge
from mqworker.brokers.sqlite import SqliteBroker
from mqworker.config.settings import Settings
from mqworker.console.watch import Gauge
from mqworker.core.console.overview import Depth
from mqworker.core.errors import Misconfigured, MqworkerError
from mqworker.wiring.broker import rabbitmq_options
from mqworker.wiring.checkup import open_management
from mqworker.wiring.dead_letters import AHEAD, dead_queue_of, embedded
from mqworker.wiring.texts import scheme


def open_gauge(settings: Settings, queues: Sequence[str]) -> Gauge:
    """Return what measures these queues.

    Raises:
        Misconfigured: this broker does not tell.
    """
    match scheme(settings.broker[0]):
        case "amqp" | "amqps":
            return ServedGauge(settings, queues)
        case "sqlite":
            return EmbeddedGauge(settings, queues)
        case "redis" | "rediss" | "redis+socket" | "valkey" | "valkeys" | "sentinel":
            return RedisGauge(settings, queues)
        case other:
            raise Misconfigured(f"{other}:// does not tell how many messages wait")


class ServedGauge:
    """Measures RabbitMQ's queues: by AMQP, and what is unsettled by the management API."""

    def __init__(self, settings: Settings, queues: Sequence[str]) -> None:
        options = rabbitmq_options(settings)
        self.gauge = RabbitmqGauge(options, queues)
        self.vhost = options.targets[0].vhost
        self.management = open_management(settings, options)

    def measure(self) -> Mapping[str, Depth | None]:
        """Measure; see `mqworker.console.watch.Gauge`."""
        return {
            queue: found and Depth(found.ready, self.unsettled(queue), found.consumers)
            for queue, found in self.gauge.measure().items()
        }

    def unsettled(self, queue: str) -> int | None:
        """Return how many messages of a queue are in somebody's hands, None if nobody tells."""
        if self.management is None:
            return None
        try:
            told = self.management.get("queues", self.vhost, queue)["messages_unacknowledged"]
        except (NoSuchThing, KeyError, TypeError, MqworkerError):
            return None
        return told if isinstance(told, int) else None

    def close(self) -> None:
        """Leave."""
        self.gauge.close()


class EmbeddedGauge:
    """Measures the embedded broker's queues."""

    def __init__(self, settings: Settings, queues: Sequence[str]) -> None:
        self.queues = queues
        self.broker = SqliteBroker(embedded(settings))

    def measure(self) -> Mapping[str, Depth | None]:
        """Measure; see `mqworker.console.watch.Gauge`."""
        return {queue: Depth(*self.broker.depth(queue)) for queue in self.queues}

    def close(self) -> None:
        """Leave."""
        self.broker.close()


class RedisGauge:
    """Measures queues in Redis."""

    def __init__(self, settings: Settings, queues: Sequence[str]) -> None:
        from mqworker.wiring import kombu  # noqa: PLC0415 - kombu is slow to import

        self.shelves = {queue: kombu.open_shelf(settings, queue, AHEAD) for queue in queues}

    def measure(self) -> Mapping[str, Depth | None]:
        """Measure; see `mqworker.console.watch.Gauge`."""
        return {queue: Depth(shelf.count_ready()) for queue, shelf in self.shelves.items()}

    def close(self) -> None:
        """Leave."""
        for shelf in self.shelves.values():
            with closing(shelf):
                pass


def others_looking(settings: Settings) -> Callable[[], bool]:
    """Return what tells whether somebody looks through the dead letters now.

    RabbitMQ tells how many consume a queue; other brokers do not.
    """
    if scheme(settings.broker[0]) not in ("amqp", "amqps"):
        return lambda: False
    options, dead_queue = rabbitmq_options(settings), dead_queue_of(settings)

    def looking() -> bool:
        depth = queue_depth(options, dead_queue)
        return depth is not None and bool(depth.consumers)

    return looking
