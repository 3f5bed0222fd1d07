"""Connections to every broker that is neither RabbitMQ nor the embedded one, by kombu.

1. TLS verifies the server unless the operator says otherwise (kombu's default for `rediss` is not
   to).
2. What kombu or a transport can't do for good is `Misconfigured`, with what to install or change.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import kombu
from kombu.exceptions import VersionMismatch

from mqworker.brokers.redial import PATIENCE
from mqworker.brokers.transports import Transport, scheme_of, transport_of
from mqworker.core.backoff import Backoff
from mqworker.core.errors import Misconfigured
from mqworker.core.urls import redact, redact_text

MOZDEF_EXCHANGES = ("eventtask", "mozdef")
SAME_WIRE = {"valkey": "redis", "valkeys": "rediss"}
"""What speaks another's protocol, and is known to kombu by that name only."""


@dataclass(frozen=True, slots=True)
class KombuOptions:
    """What to connect to, and what to consume there.

    urls: of the broker, one or more of one scheme, tried in turn; a query sets transport options,
        as in `redis://host/0?visibility_timeout=120` (see `mqworker.brokers.transports`).
    queue: what is consumed; also the routing key by which the exchanges are bound to it.
    exchanges: direct exchanges to declare and bind.
    passive: declare nothing.
    prefetch: the most messages that are handed over and not settled.
    user, password: for URLs that have none.
    ca_file, certificate_file, key_file: for TLS to Redis, PEM; None for the system's authorities
        and for no certificate of our own.
    tls_verify: False accepts any certificate of Redis.
    backoff: how long to wait between attempts to connect.
    """

    urls: tuple[str, ...] = field(repr=False)
    queue: str = "eventtask"
    exchanges: tuple[str, ...] = MOZDEF_EXCHANGES
    passive: bool = False
    prefetch: int = 8000
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    tls_verify: bool = True
    backoff: Backoff = PATIENCE

    def __post_init__(self) -> None:
        """Refuse what can't work, before anything is opened."""
        if not self.urls:
            raise Misconfigured("no broker was named")
        found = {transport_of(url).schemes[0] for url in self.urls}
        if len(found) > 1:
            raise Misconfigured(f"brokers of several kinds can't stand in for another: {found}")

    @property
    def transport(self) -> Transport:
        """What kind of broker it is."""
        return transport_of(self.urls[0])

    @property
    def targets(self) -> tuple[str, ...]:
        """The URLs to try in turn; sentinels are asked all at once, so one stands for all."""
        return self.urls[:1] if self.sentinels else self.urls

    @property
    def sentinels(self) -> list[str]:
        """The URLs when they are of sentinels, which tell where Redis is."""
        return list(self.urls) if scheme_of(self.urls[0]) == "sentinel" else []


def connection_to(options: KombuOptions, target: str) -> kombu.Connection:
    """Return the connection to one of `options.targets`, not opened yet.

    Raises:
        Misconfigured: a package is missing, or the URL makes no sense.
    """
    url, chosen = split_options(target, options.transport)
    extra = {**options.transport.defaults, **own_options(url), **chosen}
    tls: Any = tls_options(options) if scheme_of(url) in {"rediss", "valkeys"} else False
    try:
        connection = kombu.Connection(
            known_to_kombu(url),
            userid=options.user,
            password=options.password,
            transport_options=extra,
            ssl=tls,
            alternates=options.sentinels,
        )
        connection.get_transport_cls()
    except (ImportError, NameError) as error:  # kombu's kafka stumbles over what it lacks
        raise missing(options.transport, error) from error
    except (TypeError, ValueError, LookupError) as error:
        raise Misconfigured(f"{redact(target)}: {redact_text(str(error))}") from error
    return connection


def open_channel(options: KombuOptions, connection: kombu.Connection) -> Any:
    """Open the connection; returns the channel.

    Raises:
        Misconfigured: a package or an option is missing.
        Exception: whatever the transport's library raises.
    """
    try:
        connection.transport.establish_connection()
        return connection.transport.create_channel(connection.transport)
    except ImportError as error:
        raise missing(options.transport, error) from error
    except (ValueError, VersionMismatch) as error:
        raise Misconfigured(redact_text(f"{connection.as_uri()}: {error}")) from error


def close(connection: kombu.Connection) -> None:
    """Close the connection, and with it its channels, as far as that can be done."""
    with suppress(Exception):
        connection.transport.close_connection(connection.transport)
    with suppress(Exception):
        connection.release()


def declare(channel: Any, options: KombuOptions) -> None:
    """Declare the queue and bind it to each exchange by its own name, unless asked not to."""
    if options.passive:
        return
    if not options.exchanges:
        kombu.Queue(options.queue, channel=channel).queue_declare()
    for name in options.exchanges:
        exchange = kombu.Exchange(name, type="direct", durable=True)
        kombu.Queue(options.queue, exchange, options.queue, channel=channel).declare()


def split_options(url: str, transport: Transport) -> tuple[str, dict[str, Any]]:
    """Return the URL without the transport options in its query, and these.

    Raises:
        Misconfigured: an option's value can't be read.
    """
    base, mark, query = url.partition("?")
    kept, chosen = [], {}
    for pair in query.split("&") if mark else ():
        name, _, text = pair.partition("=")
        if name in transport.options:
            chosen[name] = option(transport, name, unquote_plus(text))
        else:
            kept.append(pair)
    return "?".join([base, "&".join(kept)]) if kept else base, chosen


def option(transport: Transport, name: str, text: str) -> Any:
    """Read one transport option."""
    try:
        return transport.options[name](text)
    except ValueError as error:
        raise Misconfigured(f"{name}={text!r} in the broker's URL: {error}") from error


def own_options(url: str) -> Mapping[str, Any]:
    """Return the transport options that stand elsewhere in the URL than in its query."""
    if scheme_of(url) != "filesystem":
        return {}
    folder = Path(url.partition("://")[2])
    if not folder.is_absolute():
        raise Misconfigured(f"{url}: a path is missing, as in filesystem:///var/spool/mqworker")
    folder.mkdir(parents=True, exist_ok=True)
    control = folder / "control"
    return {"data_folder_in": folder, "data_folder_out": folder, "control_folder": control}


def tls_options(options: KombuOptions) -> dict[str, Any]:
    """Return TLS's settings as redis-py takes them; `ssl_…` in the URL go before."""
    files = {
        "ssl_ca_certs": options.ca_file,
        "ssl_certfile": options.certificate_file,
        "ssl_keyfile": options.key_file,
    }
    named = {name: str(path) for name, path in files.items() if path is not None}
    wanted = ssl.CERT_REQUIRED if options.tls_verify else ssl.CERT_NONE
    return {"ssl_cert_reqs": wanted, "ssl_check_hostname": options.tls_verify, **named}


def known_to_kombu(url: str) -> str:
    """Return the URL with the scheme that kombu knows."""
    scheme, mark, rest = url.partition("://")
    return SAME_WIRE.get(scheme.lower(), scheme.lower()) + mark + rest


def missing(transport: Transport, error: Exception) -> Misconfigured:
    """Return what to tell about a package that is not installed."""
    scheme = transport.schemes[0]
    if transport.package is None:
        return Misconfigured(f"{scheme}:// can't be used: {error}")
    return Misconfigured(
        f"{scheme}:// needs a package that is not installed ({error}): "
        f"pip install '{transport.package}'"
    )
