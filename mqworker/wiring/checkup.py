"""Settings -> a look at everything that a worker with these settings will meet."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from pathlib import Path

from mqworker.brokers.kombu_checkup import check_kombu
from mqworker.brokers.management import Management, ManagementOptions
from mqworker.brokers.rabbitmq import RabbitmqOptions
from mqworker.brokers.rabbitmq_checkup import check_rabbitmq
from mqworker.brokers.rabbitmq_managed import check_managed, unmanaged
from mqworker.brokers.transports import loses
from mqworker.config.checkup import (
    check_configuration,
    check_extractors,
    check_privacy,
    check_rules,
    check_schemas,
)
from mqworker.config.correlation import IN_PROCESS
from mqworker.config.load import Loaded
from mqworker.config.settings import Settings
from mqworker.core.deadletter import Grave
from mqworker.core.errors import Misconfigured, MqworkerError
from mqworker.core.finding import Finding
from mqworker.core.urls import redact_text
from mqworker.database import database_path
from mqworker.memories.checkup import check_process_memory, check_redis_memory
from mqworker.sinks.elasticsearch_checkup import check_elasticsearch
from mqworker.wiring.broker import rabbitmq_options
from mqworker.wiring.dead_letters import fullness
from mqworker.wiring.kombu import kombu_options
from mqworker.wiring.redis import redis_options
from mqworker.wiring.sink import elasticsearch_options
from mqworker.wiring.texts import scheme, text

NEARLY_FULL = 0.8


def check_all(loaded: Loaded | Misconfigured, *, offline: bool) -> Iterator[Finding]:
    """Give the findings as they come, without secrets."""
    findings = check_files(loaded)
    if not offline and isinstance(loaded, Loaded):
        findings = chain(findings, check_services(loaded.settings))
    for finding in findings:
        yield finding._replace(told=redact_text(finding.told), cure=redact_text(finding.cure))


def check_files(loaded: Loaded | Misconfigured) -> Iterator[Finding]:
    """Look at what needs no service: configuration, schemas, extractors, rules."""
    yield from check_configuration(loaded)
    if isinstance(loaded, Loaded):
        yield from check_schemas(loaded.settings.schemas)
        yield from check_extractors()
        yield from check_rules(loaded.settings.rules)
        yield from check_privacy(loaded.settings.privacy, loaded.settings.privacy_key)


def check_services(settings: Settings) -> Iterator[Finding]:
    """Look at broker, sink and memory."""
    for area, look in (("broker", check_broker), ("sink", check_sink), ("memory", check_memory)):
        try:
            yield from look(settings)
        except Misconfigured as error:
            cure = "correct the option; docs/configuration.rst has every one"
            yield Finding(area, "settings", "bad", str(error), cure)


def check_broker(settings: Settings) -> Iterator[Finding]:
    """Look at the broker."""
    match scheme(settings.broker[0]):
        case "amqp" | "amqps":
            options = rabbitmq_options(settings)
            yield from check_rabbitmq(options)
            yield from check_beyond_amqp(settings, options)
        case "sqlite":
            yield look_at_file("broker", settings.broker[0])
        case _:
            if warning := loses(settings.broker[0]):
                cure = "RabbitMQ keeps what it has confirmed"
                yield Finding("broker", "transport", "doubtful", warning, cure, loses=True)
            yield from check_kombu(kombu_options(settings))
    yield from check_dead_letters(settings)


def check_dead_letters(settings: Settings) -> Iterator[Finding]:
    """Look at how full the dead-letter queues are; what is wrong beside that is told elsewhere."""
    for queue in settings.queue:
        with suppress(MqworkerError):
            full = fullness(replace(settings, queue=(queue,)))
            told = f"{full.ready} of {full.limit} (dead_limit) wait"
            subject = f"letters {Grave(queue).dead_queue}"
            if full.ratio < NEARLY_FULL:
                yield Finding("broker", subject, "good", told)
            else:
                cure = f"mqworker deadletter list --queue {queue}, then replay or purge them"
                yield Finding("broker", subject, "doubtful", told, cure)


def check_beyond_amqp(settings: Settings, options: RabbitmqOptions) -> Iterator[Finding]:
    """Look at what only the management API tells."""
    management = open_management(settings, options)
    if management is None:
        yield from unmanaged(options)
    else:
        yield from check_managed(management, options)


def open_management(settings: Settings, options: RabbitmqOptions) -> Management | None:
    """Return what asks the management API, None when nobody said where it is."""
    if settings.management_url is None:
        return None
    target = options.targets[0]
    return Management(
        ManagementOptions(
            settings.management_url,
            target.user or options.user or "guest",
            target.password or options.password or "guest",
            text(settings.broker_ca_file),
            settings.broker_verify,
        )
    )


def check_sink(settings: Settings) -> Iterator[Finding]:
    """Look at the sink."""
    if scheme(settings.sink[0]) == "sqlite":
        yield look_at_file("sink", settings.sink[0])
    else:
        yield from check_elasticsearch(elasticsearch_options(settings))


def check_memory(settings: Settings) -> Iterator[Finding]:
    """Look at the memory of correlation."""
    if settings.memory == IN_PROCESS:
        yield from check_process_memory()
    elif scheme(settings.memory) == "sqlite":
        yield look_at_file("memory", settings.memory)
    else:
        yield from check_redis_memory(redis_options(settings))


def look_at_file(area: str, url: str) -> Finding:
    """Look at an embedded broker, sink or memory: a file, or a place where one can be made."""
    file = database_path(url)
    there = next(path for path in (file, *file.absolute().parents) if path.exists())
    if os.access(there, os.W_OK if there == file else os.W_OK | os.X_OK):
        told = "is there" if there == file else "will be made"
        return Finding(area, "file", "good", f"{file} {told}")
    cure = f"chown it to the user of the worker: {owner_of(there)} owns it"
    return Finding(area, "file", "bad", f"{there} can't be written to", cure)


def owner_of(path: Path) -> str:
    """Return who owns a file."""
    try:
        return path.owner()
    except KeyError:
        return str(path.stat().st_uid)
