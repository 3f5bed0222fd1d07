"""Settings -> sources and publishers: which broker it is, the URL's scheme says.

amqp and amqps are RabbitMQ, sqlite is the embedded broker, redis has a source of its own; every
other broker is kombu's (`mqworker.wiring.kombu`, imported for these only: it takes a quarter of the
time of a start).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from mqworker.brokers.rabbitmq import RabbitmqOptions
from mqworker.brokers.transports import loses
from mqworker.config.settings import Settings
from mqworker.core.deadletter import Grave
from mqworker.database import database_path
from mqworker.ports import Publisher, Source
from mqworker.publishers.rabbitmq import RabbitmqPublisher
from mqworker.publishers.sqlite import SqlitePublisher
from mqworker.sources.rabbitmq import RabbitmqSource
from mqworker.sources.sqlite import SqliteSource
from mqworker.wiring.texts import revealed, scheme, text

log = logging.getLogger(__name__)


def warn(settings: Settings) -> None:
    """Say at the start where this broker can lose what it has confirmed."""
    if scheme(settings.broker[0]) not in {"amqp", "amqps", "sqlite"} and (
        warning := loses(settings.broker[0])
    ):
        log.warning("%s", warning)


def open_source(settings: Settings) -> Source:
    """Return the source; it connects when it is first used.

    Raises:
        Misconfigured: a setting makes no sense for this broker.
    """
    match scheme(settings.broker[0]):
        case "amqp" | "amqps":
            return RabbitmqSource(rabbitmq_options(settings))
        case "sqlite":
            return SqliteSource(
                database_path(settings.broker[0]),
                settings.first_queue,
                exchanges=settings.exchange,
                prefetch=settings.prefetch,
            )
        case _:
            from mqworker.wiring import kombu  # noqa: PLC0415 - see above

            return kombu.open_source(settings)


def open_publisher(settings: Settings) -> Publisher:
    """Return what publishes to the exchanges that the worker reads from.

    Raises:
        Misconfigured: a setting makes no sense for this broker.
    """
    match scheme(settings.broker[0]):
        case "amqp" | "amqps":
            options = rabbitmq_options(settings)
            return RabbitmqPublisher(options, options.topology)
        case "sqlite":
            return SqlitePublisher(
                database_path(settings.broker[0]),
                queues=(settings.first_queue,),
                exchanges=settings.exchange,
            )
        case _:
            from mqworker.wiring import kombu  # noqa: PLC0415 - see above

            return kombu.open_publisher(settings)


def open_dead_letters(settings: Settings) -> Publisher:
    """Return what publishes to the dead-letter queue, which it declares.

    Raises:
        Misconfigured: a setting makes no sense for this broker.
    """
    match scheme(settings.broker[0]):
        case "amqp" | "amqps":
            options = rabbitmq_options(settings)
            return RabbitmqPublisher(options, options.dead_letters)
        case "sqlite":
            dead_queue = Grave(settings.first_queue).dead_queue
            return SqlitePublisher(database_path(settings.broker[0]), queues=(dead_queue,))
        case _:
            from mqworker.wiring import kombu  # noqa: PLC0415 - see above

            return kombu.open_publisher(settings)


def rabbitmq_options(settings: Settings) -> RabbitmqOptions:
    """Return how to speak to RabbitMQ."""
    return RabbitmqOptions(
        urls=settings.broker,
        queue=settings.first_queue,
        others=settings.queue[1:],
        exchanges=settings.exchange,
        passive=settings.passive,
        prefetch=settings.prefetch,
        heartbeat_s=settings.heartbeat,
        user=settings.broker_username,
        password=revealed(settings.broker_password),
        ca_file=text(settings.broker_ca_file),
        cert_file=text(settings.broker_cert_file),
        key_file=text(settings.broker_key_file),
        tls_verify=settings.broker_verify,
        auth=settings.broker_auth,
    )


def reach_by(publisher: Publisher) -> Callable[[], None]:
    """Return what connects a publisher: those but RabbitMQ's do so to publish nothing."""
    if isinstance(publisher, RabbitmqPublisher):
        return publisher.connect
    return partial(publisher.publish, ())
