"""What must fit together, and what is allowed but probably not meant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mqworker.config.correlation import IN_PROCESS
from mqworker.config.networks import is_loopback
from mqworker.config.quantities import show_seconds
from mqworker.config.settings import Settings

RABBITMQ = dict.fromkeys(("amqp", "amqps"), "RabbitMQ")
ELASTICSEARCH = dict.fromkeys(("http", "https"), "Elasticsearch")


def conflicts(settings: Settings) -> Iterator[str]:
    """Tell which values do not go together; nothing when all is well."""
    if settings.retry_min > settings.retry_max:
        least, most = show_seconds(settings.retry_min), show_seconds(settings.retry_max)
        yield f"retry_min ({least}) is more than retry_max ({most})"
    yield from pairs("broker", settings.broker_cert_file, settings.broker_key_file)
    yield from pairs("sink", settings.sink_cert_file, settings.sink_key_file)
    yield from pairs("memory", settings.memory_cert_file, settings.memory_key_file)
    yield from pairs("intake", settings.intake_cert_file, settings.intake_key_file)
    if settings.intake_client_ca_file and not settings.intake_cert_file:
        yield "intake_client_ca_file needs intake_cert_file: only HTTPS has clients' certificates"
    yield from one_family("broker", settings.broker, RABBITMQ)
    yield from queues(settings)
    yield from one_family("sink", settings.sink, ELASTICSEARCH)
    yield from broker_proof(settings)
    yield from sink_proof(settings)
    if settings.metrics_listen and settings.socket_directory == Path("none"):
        yield "metrics_listen needs the sockets of workers, and socket_directory is none"
    if settings.memory == IN_PROCESS and settings.processes > 1:
        yield (
            f"memory {IN_PROCESS} is for one worker, and processes is {settings.processes}: each "
            "would know of its own events only"
        )


def pairs(service: str, certificate: Path | None, key: Path | None) -> Iterator[str]:
    """A certificate and its key need each other."""
    if certificate and not key:
        yield f"{service}_cert_file needs {service}_key_file"
    if key and not certificate:
        yield f"{service}_key_file needs {service}_cert_file"


def one_family(name: str, urls: tuple[str, ...], families: dict[str, str]) -> Iterator[str]:
    """Several URLs name nodes of one cluster, so they are of one technology."""
    found = sorted({families.get(scheme(url), f"{scheme(url)}://") for url in urls})
    if len(found) > 1:
        yield f"{name} mixes {' and '.join(found)}: several URLs are nodes of one cluster"
    if len(urls) > 1 and found == ["sqlite://"]:
        yield f"{name}: the embedded one takes one URL, got {len(urls)}"


def scheme(url: str) -> str:
    """Return the scheme of a URL, in small letters."""
    return url.partition("://")[0].lower()


def queues(settings: Settings) -> Iterator[str]:
    """Several queues are consumed from RabbitMQ only, and each once."""
    if len(settings.queue) > 1 and scheme(settings.broker[0]) not in RABBITMQ:
        yield (
            f"queue: a worker consumes one queue of {scheme(settings.broker[0])}://, got "
            f"{len(settings.queue)}: run a worker for each"
        )
    if len(set(settings.queue)) < len(settings.queue):
        yield "queue: the same queue is named twice"


def broker_proof(settings: Settings) -> Iterator[str]:
    """What the worker shows the broker to prove who it is must be complete."""
    if settings.broker_auth == "external":
        if not settings.broker_cert_file:
            yield "broker_auth external needs broker_cert_file and broker_key_file"
        if any(scheme(url) != "amqps" for url in settings.broker):
            yield "broker_auth external needs amqps:// in every broker URL"
    elif settings.broker_username and not (
        settings.broker_password or settings.broker_password_file
    ):
        yield "broker_username needs broker_password_file, or the credential broker_password"


def sink_proof(settings: Settings) -> Iterator[str]:
    """What the worker shows the sink to prove who it is must be complete, and one thing only."""
    password = settings.sink_password or settings.sink_password_file
    if settings.sink_username and not password:
        yield "sink_username needs sink_password_file, or the credential sink_password"
    if password and not settings.sink_username and not any("@" in url for url in settings.sink):
        yield "sink_password_file needs sink_username, or a user name in the sink URL"
    if settings.sink_username and (settings.sink_api_key or settings.sink_api_key_file):
        yield "sink_username and sink_api_key_file exclude each other: give one of them"


def doubts(settings: Settings) -> Iterator[str]:
    """Tell what is allowed but probably not meant."""
    if not settings.broker_verify:
        yield "broker_verify is off: anyone on the way to the broker can read and change messages"
    if not settings.sink_verify:
        yield "sink_verify is off: anyone on the way to the sink can read and change documents"
    if not settings.memory_verify:
        yield "memory_verify is off: anyone on the way to the memory can read and change it"
    if settings.metrics_listen and not is_loopback(settings.metrics_listen):
        yield "metrics_listen can be reached from other machines: anyone there can read counts"
    if settings.broker_ca_file and all(scheme(url) != "amqps" for url in settings.broker):
        yield "broker_ca_file does nothing without amqps:// in a broker URL"
    if settings.sink_ca_file and all(scheme(url) != "https" for url in settings.sink):
        yield "sink_ca_file does nothing without https:// in a sink URL"
    if settings.memory_ca_file and scheme(settings.memory) not in ("rediss", "valkeys"):
        yield "memory_ca_file does nothing without rediss:// or valkeys:// in the memory URL"
