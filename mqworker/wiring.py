"""Settings -> parts: the only module that knows the core and the adapters together.

Which adapter it is, the URL's scheme says: amqp and amqps RabbitMQ, sqlite the embedded broker and
sink, http and https Elasticsearch; every other broker is kombu's.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from mqworker.brokers.kombu import KombuOptions
from mqworker.brokers.rabbitmq import RabbitmqOptions
from mqworker.brokers.transports import loses
from mqworker.config.extractors import load_extractors
from mqworker.config.rulesfile import load_rules
from mqworker.config.schemafiles import load_schemas
from mqworker.config.secret import Secret
from mqworker.config.settings import Settings
from mqworker.core.backoff import Backoff
from mqworker.core.batch import BatchPolicy
from mqworker.core.brake import BrakePolicy
from mqworker.core.deadletter import Grave
from mqworker.core.decode import Limits
from mqworker.core.errors import BrokerUnavailable
from mqworker.core.extract import Extraction
from mqworker.core.naming import Naming
from mqworker.core.pace import Pace
from mqworker.core.policy import Policy
from mqworker.daemon import Signals, recalled, run, verified
from mqworker.database import database_path
from mqworker.ports import Archive, Publisher, Revisions, Sink, Source
from mqworker.publishers.kombu import KombuPublisher
from mqworker.publishers.rabbitmq import RabbitmqPublisher
from mqworker.publishers.sqlite import SqlitePublisher
from mqworker.sinks.elasticsearch import ElasticsearchSink
from mqworker.sinks.elasticsearch_client import ElasticsearchOptions
from mqworker.sinks.sqlite import SqliteSink
from mqworker.sources.kombu import KombuSource
from mqworker.sources.rabbitmq import RabbitmqSource
from mqworker.sources.redis import RedisSource
from mqworker.sources.sqlite import SqliteSource
from mqworker.telemetry import Tally
from mqworker.wiring_memory import open_memory
from mqworker.worker import Parts, Worker

log = logging.getLogger(__name__)


class Store(Sink, Revisions, Archive, Protocol):
    """A sink that can be read, too: every one that we have."""


def run_worker(
    settings: Settings, reread: Callable[[], Settings], orphaned: Callable[[], bool]
) -> int:
    """Be a worker process, from the first check to the last acknowledgement.

    Args:
        settings: the configuration.
        reread: reads it again, at a reload.
        orphaned: tells whether the supervisor is gone.

    Returns:
        The exit status.

    Raises:
        Misconfigured: it can't work so.
    """
    signals = Signals(orphaned)
    signals.install()
    policy, rules = build_policy(settings), load_rules(settings.rules)
    warn(settings)
    sink = open_sink(settings)
    verified(sink, signals)
    dead_letters = open_dead_letters(settings)
    try_out(dead_letters)
    parts = Parts(
        open_source(settings),
        sink,
        dead_letters,
        Grave(settings.queue),
        open_memory(settings, rules),
        rules,
    )
    worker = Worker(parts, policy, build_pace(settings), Tally())
    recalled(worker, signals)
    return run(worker, signals, lambda: build_policy(reread()))


def try_out(dead_letters: Publisher) -> None:
    """Find out at the start whether dead letters have somewhere to go.

    Raises:
        Misconfigured: they have not.
    """
    if isinstance(dead_letters, RabbitmqPublisher):
        with suppress(BrokerUnavailable):
            dead_letters.connect()


def build_policy(settings: Settings) -> Policy:
    """Return what the pure steps are told.

    Raises:
        Misconfigured: a schema or an extractor is unusable.
    """
    return Policy(
        schemas=load_schemas(settings.schemas),
        limits=Limits(
            settings.max_body, settings.max_depth, settings.max_keys, settings.max_events
        ),
        naming=Naming(days_back=settings.days_back, days_ahead=settings.days_ahead),
        hostname=settings.hostname,
        timezone=ZoneInfo(settings.timezone),
        on_invalid=settings.on_invalid,
        salt=os.urandom(16) if settings.identity == "unique" else b"",
        extraction=Extraction(load_extractors()),
    )


def build_pace(settings: Settings) -> Pace:
    """Return the rhythm of the worker."""
    return Pace(
        batch=BatchPolicy(settings.batch_count, settings.batch_bytes, settings.batch_age),
        bulks=settings.bulks,
        backoff=Backoff(settings.retry_min, settings.retry_max),
        brake=BrakePolicy(settings.brake_ratio, settings.brake_sample, settings.brake_pause),
        drain_s=settings.drain,
        memory_outage=settings.memory_outage,
    )


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
                settings.queue,
                exchanges=settings.exchange,
                prefetch=settings.prefetch,
            )
        case "redis" | "rediss" | "redis+socket" | "valkey" | "valkeys" | "sentinel":
            return RedisSource(kombu_options(settings))
        case _:
            return KombuSource(kombu_options(settings))


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
                queues=(settings.queue,),
                exchanges=settings.exchange,
            )
        case _:
            return KombuPublisher(kombu_options(settings))


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
            dead_queue = Grave(settings.queue).dead_queue
            return SqlitePublisher(database_path(settings.broker[0]), queues=(dead_queue,))
        case _:
            return KombuPublisher(kombu_options(settings))


def open_sink(settings: Settings) -> Store:
    """Return the sink; it connects when it is first used.

    Raises:
        Misconfigured: a setting makes no sense for this sink.
    """
    if scheme(settings.sink[0]) == "sqlite":
        return SqliteSink(database_path(settings.sink[0]))
    return ElasticsearchSink(
        ElasticsearchOptions(
            urls=settings.sink,
            ca_file=text(settings.sink_ca_file),
            certificate_file=text(settings.sink_cert_file),
            key_file=text(settings.sink_key_file),
            api_key=revealed(settings.sink_api_key),
            username=settings.sink_username,
            password=revealed(settings.sink_password),
            verify_certificates=settings.sink_verify,
            setup=settings.sink_setup,
            timeout_s=settings.sink_timeout,
            connections=settings.bulks + 1,
        )
    )


def set_up(settings: Settings) -> str:
    """Install or upgrade what the sink needs; return what was done, for people.

    Raises:
        Misconfigured: that is not allowed, or not possible.
        SinkUnavailable: the sink does not answer.
    """
    with closing(open_sink(settings)) as sink:
        return sink.setup() if isinstance(sink, ElasticsearchSink) else sink.verify()


def open_archive(settings: Settings) -> Store:
    """Return the stored documents, for reading."""
    return open_sink(settings)


def rabbitmq_options(settings: Settings) -> RabbitmqOptions:
    """Return how to speak to RabbitMQ."""
    return RabbitmqOptions(
        urls=settings.broker,
        queue=settings.queue,
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


def kombu_options(settings: Settings) -> KombuOptions:
    """Return how to speak to a broker through kombu."""
    return KombuOptions(
        urls=settings.broker,
        queue=settings.queue,
        exchanges=settings.exchange,
        passive=settings.passive,
        prefetch=settings.prefetch,
        user=settings.broker_username,
        password=revealed(settings.broker_password),
        ca_file=settings.broker_ca_file,
        certificate_file=settings.broker_cert_file,
        key_file=settings.broker_key_file,
        tls_verify=settings.broker_verify,
    )


def scheme(url: str) -> str:
    """Return what a URL begins with."""
    return url.partition(":")[0].lower()


def text(file: Path | None) -> str | None:
    """Return a file's name as libraries want it."""
    return None if file is None else str(file)


def revealed(secret: Secret | None) -> str | None:
    """Return a secret's text."""
    return None if secret is None else secret.reveal()
