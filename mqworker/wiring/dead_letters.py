"""Settings -> what looks into the dead-letter queue, and what puts letters back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Literal

from mqworker.brokers.rabbitmq_depth import Fullness, queue_depth
from mqworker.brokers.sqlite import SqliteBroker
from mqworker.config.settings import Settings
from mqworker.core.deadletter import Grave
from mqworker.core.errors import Misconfigured
from mqworker.database import database_path
from mqworker.ports import Publisher, Shelf
from mqworker.publishers.rabbitmq import RabbitmqPublisher
from mqworker.publishers.sqlite import SqlitePublisher
from mqworker.sources.rabbitmq import RabbitmqSource
from mqworker.sources.sqlite import SqliteSource
from mqworker.wiring.broker import rabbitmq_options
from mqworker.wiring.texts import scheme

AHEAD = 200
"""Letters that the broker hands over before something was decided about the first of them."""


def dead_queue_of(settings: Settings) -> str:
    """Return the name of the dead-letter queue that is meant.

    Raises:
        Misconfigured: several queues are named, and each has its own.
    """
    if len(settings.queue) > 1:
        raise Misconfigured(
            "each queue has dead letters of its own: say which with --queue, one of "
            + ", ".join(settings.queue)
        )
    return Grave(settings.first_queue).dead_queue


def open_shelf(settings: Settings) -> Shelf:
    """Return the dead-letter queue, to be looked through; nothing is declared.

    Raises:
        Misconfigured: this broker can't be looked into.
    """
    dead_queue = dead_queue_of(settings)
    match kind(settings):
        case "rabbitmq":
            options = rabbitmq_options(settings)
            return RabbitmqSource(
                replace(options, queue=dead_queue, exchanges=(), passive=True, prefetch=AHEAD)
            )
        case "redis":
            from mqworker.wiring import kombu  # noqa: PLC0415 - kombu is slow to import

            return kombu.open_shelf(settings, dead_queue, AHEAD)
    return SqliteSource(embedded(settings), dead_queue, prefetch=AHEAD)


def open_returns(settings: Settings) -> Publisher:
    """Return what puts messages into the queue that is consumed, which has to be there.

    Raises:
        Misconfigured: this broker can't be looked into.
    """
    match kind(settings):
        case "rabbitmq":
            options = replace(rabbitmq_options(settings), exchanges=(), passive=True)
            return RabbitmqPublisher(options, options.topology)
        case "redis":
            from mqworker.wiring import kombu  # noqa: PLC0415 - see above

            return kombu.open_publisher(settings)
    return SqlitePublisher(embedded(settings))


def counter(settings: Settings) -> Callable[[], int]:
    """Return what counts the dead letters that wait.

    Raises, when it is called:
        BrokerUnavailable: the broker does not answer.
        Misconfigured: it refuses, or there is no such queue.
    """
    return lambda: fullness(settings).ready


def fullness(settings: Settings) -> Fullness:
    """Return how full the dead-letter queue is; letters in somebody's hands are not counted.

    Raises:
        BrokerUnavailable: the broker does not answer.
        Misconfigured: it refuses, there is no such queue, or it can't be looked into.
    """
    dead_queue = dead_queue_of(settings)
    match kind(settings):
        case "embedded":
            with closing(SqliteBroker(embedded(settings))) as broker:
                return Fullness(broker.depth(dead_queue).ready, settings.dead_limit)
        case "redis":
            from mqworker.wiring import kombu  # noqa: PLC0415 - see above

            with closing(kombu.open_shelf(settings, dead_queue, AHEAD)) as source:
                return Fullness(source.count_ready(), settings.dead_limit)
    depth = queue_depth(rabbitmq_options(settings), dead_queue)
    if depth is None:
        raise Misconfigured(
            f"there is no queue {dead_queue}: a worker declares it when it starts to consume "
            f"{settings.first_queue}; which queue is meant, says --queue"
        )
    return Fullness(depth.ready, settings.dead_limit)


def kind(settings: Settings) -> Literal["rabbitmq", "redis", "embedded"]:
    """Return which broker it is.

    Raises:
        Misconfigured: it is one that can't be looked into.
    """
    match scheme(settings.broker[0]):
        case "amqp" | "amqps":
            return "rabbitmq"
        case "sqlite":
            return "embedded"
        case "redis" | "rediss" | "redis+socket" | "valkey" | "valkeys" | "sentinel":
            return "redis"
        case other:
            raise Misconfigured(
                "dead letters are looked into with RabbitMQ, Redis and the embedded broker: "
                f"{other}:// can't hand over messages and take them back to their places; its own "
                f"tools can read {dead_queue_of(settings)}"
            )


def embedded(settings: Settings) -> Path:
    """Return the file of the embedded broker.

    Raises:
        Misconfigured: there is none.
    """
    path = database_path(settings.broker[0])
    if not path.exists():
        raise Misconfigured(f"{path} does not exist: no worker and no publisher made it yet")
    return path
