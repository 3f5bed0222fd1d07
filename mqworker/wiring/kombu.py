"""Settings -> sources and publishers by kombu; Redis is reached likewise but read otherwise."""

from __future__ import annotations

from dataclasses import replace

from mqworker.brokers.kombu import KombuOptions
from mqworker.config.settings import Settings
from mqworker.ports import Publisher, Source
from mqworker.publishers.kombu import KombuPublisher
from mqworker.sources.kombu import KombuSource
from mqworker.sources.redis import RedisSource
from mqworker.wiring.texts import revealed, scheme

REDIS = frozenset({"redis", "rediss", "redis+socket", "valkey", "valkeys", "sentinel"})


def open_source(settings: Settings) -> Source:
    """Return the source; it connects when it is first used.

    Raises:
        Misconfigured: a setting makes no sense for this broker.
    """
    is_redis = scheme(settings.broker[0]) in REDIS
    return (RedisSource if is_redis else KombuSource)(kombu_options(settings))


def open_shelf(settings: Settings, queue: str, ahead: int) -> RedisSource:
    """Return a queue in Redis, to be looked through; nothing is declared.

    Args:
        settings: where it is.
        queue: its name.
        ahead: how many messages are handed over before something was decided about the first.

    Raises:
        Misconfigured: a URL makes no sense.
    """
    options = kombu_options(settings)
    return RedisSource(replace(options, queue=queue, exchanges=(), passive=True, prefetch=ahead))


def open_publisher(settings: Settings) -> Publisher:
    """Return what publishes to an exchange, or to a queue by its name.

    Raises:
        Misconfigured: a setting makes no sense for this broker.
    """
    return KombuPublisher(kombu_options(settings))


def kombu_options(settings: Settings) -> KombuOptions:
    """Return how to speak to a broker through kombu."""
    return KombuOptions(
        urls=settings.broker,
        queue=settings.first_queue,
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
