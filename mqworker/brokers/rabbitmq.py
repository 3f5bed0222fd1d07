"""How to reach RabbitMQ, and what has to exist there.

1. The queue is declared without arguments: old shippers declare it so, and a queue declared with
   any argument answers them 406 for ever. Limits and the like come by policy.
2. Certificates and host names are verified unless the operator says otherwise.
3. No password is in a repr, a log line or an error.
"""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass, field
from typing import Any, Literal

import pika

from mqworker import __version__
from mqworker.brokers.urls import BrokerUrl, parse
from mqworker.core.errors import Misconfigured

GUEST = "guest"
"""RabbitMQ's first user, with its name as the password; accepted from the same host only."""


@dataclass(frozen=True, slots=True)
class Topology:
    """What is declared before use, or only looked at where `passive`.

    queue, others: queues, durable, without arguments.
    exchanges: direct and durable; each queue is bound to each with its own name as routing key.
    """

    queue: str
    exchanges: tuple[str, ...] = ()
    passive: bool = False
    others: tuple[str, ...] = ()

    @property
    def queues(self) -> tuple[str, ...]:
        """All queues."""
        return (self.queue, *self.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class RabbitmqOptions:
    """A RabbitMQ broker, and how to speak to it.

    urls: the brokers of one cluster; the first that serves is used, and after a loss again.
    queue, exchanges, passive, others: see `Topology`.
    prefetch: how many messages the broker sends before the first of them is settled (1 to 65535).
    prefetch_bytes: how much the large ones among them may weigh; fewer are asked for beyond that.
    heartbeat_s: a broker that is silent is given up after `heartbeat_s + 5` to twice that.
    connect_timeout_s: for each address: TCP; once more as much for TLS and the AMQP handshake.
    password, user: for URLs that have none.
    ca_file: PEM; the system's certificate authorities if None.
    cert_file, key_file: PEM, the client's certificate; the key may be in the same file.
    tls_verify: False accepts any certificate: anyone in between can read and change everything.
    auth: "external" lets the client's certificate say who we are (SASL EXTERNAL).
    client_name: how the broker's management names the connection.
    """

    urls: tuple[str, ...] = field(repr=False)
    queue: str = "eventtask"
    exchanges: tuple[str, ...] = ("eventtask", "mozdef")
    passive: bool = False
    others: tuple[str, ...] = ()
    prefetch: int = 8000
    prefetch_bytes: int = 256 * 2**20
    heartbeat_s: int = 20
    connect_timeout_s: float = 5.0
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    tls_verify: bool = True
    auth: Literal["plain", "external"] = "plain"
    client_name: str = "mqworker"

    def __post_init__(self) -> None:
        """Refuse what can't work, or would be ignored silently.

        Raises:
            Misconfigured: with what to change.
        """
        targets = self.targets
        if not targets:
            raise Misconfigured("no broker URL is given")
        if not 1 <= self.prefetch <= 65535:  # noqa: PLR2004 - what basic.qos can say
            raise Misconfigured(f"prefetch is {self.prefetch}: it must be from 1 to 65535")
        if self.heartbeat_s < 1:
            raise Misconfigured(
                "without heartbeats (less than 1 s) a silent broker stays unnoticed"
            )
        refuse_tls_for_plain(self, targets)

    @property
    def targets(self) -> tuple[BrokerUrl, ...]:
        """The brokers, in the order of preference."""
        return tuple(parse(url) for url in self.urls)

    @property
    def topology(self) -> Topology:
        """The queues that are consumed, with their exchanges."""
        return Topology(self.queue, self.exchanges, self.passive, self.others)

    @property
    def dead_letters(self) -> Topology:
        """The dead-letter queues, which are reached by their names (default exchange)."""
        others = tuple(f"{queue}.dead" for queue in self.others)
        return Topology(f"{self.queue}.dead", passive=self.passive, others=others)


def refuse_tls_for_plain(options: RabbitmqOptions, targets: tuple[BrokerUrl, ...]) -> None:
    """Refuse TLS settings for a connection without TLS."""
    wants_tls = options.ca_file or options.cert_file or options.auth == "external"
    plain = [target.shown for target in targets if not target.tls]
    if wants_tls and plain:
        raise Misconfigured(
            f"{plain[0]} is not encrypted, so certificates and EXTERNAL have no effect: use amqps://"
        )
    if options.auth == "external" and not options.cert_file:
        raise Misconfigured("EXTERNAL authentication needs a client certificate (cert_file)")
    if options.key_file and not options.cert_file:
        raise Misconfigured("a client key is given, but no certificate for it (cert_file)")


def parameters(options: RabbitmqOptions, target: BrokerUrl, role: str) -> Any:
    """Return pika's connection parameters. The TLS files are read anew each time.

    Args:
        options: how to speak to the broker.
        target: which broker.
        role: what the connection is for; shown in the broker's management.

    Raises:
        Misconfigured: a TLS file can't be read or used.
    """
    return pika.ConnectionParameters(
        host=target.host,
        port=target.port,
        virtual_host=target.vhost,
        credentials=credentials(options, target),
        ssl_options=tls(options, target.host) if target.tls else None,
        heartbeat=options.heartbeat_s,
        connection_attempts=1,
        socket_timeout=options.connect_timeout_s,
        stack_timeout=2 * options.connect_timeout_s,
        client_properties={
            "product": "mqworker",
            "version": __version__,
            "connection_name": f"{options.client_name} {__version__} {role} {os.getpid()}",
        },
        tcp_options=tcp_options(options.heartbeat_s),
    )


def credentials(options: RabbitmqOptions, target: BrokerUrl) -> Any:
    """Return who we are to the broker."""
    if options.auth == "external":
        return pika.credentials.ExternalCredentials()
    users = (target.user, options.user, GUEST)
    passwords = (target.password, options.password, GUEST)
    return pika.PlainCredentials(
        *(next(each for each in given if each is not None) for given in (users, passwords))
    )


def tls(options: RabbitmqOptions, host: str) -> Any:
    """Return pika's TLS options."""
    try:
        context = ssl.create_default_context(cafile=options.ca_file)
        if options.cert_file:
            context.load_cert_chain(options.cert_file, options.key_file, password="")
    except (OSError, ssl.SSLError) as error:
        files = ", ".join(filter(None, (options.ca_file, options.cert_file, options.key_file)))
        raise Misconfigured(f"TLS files ({files}) can't be used: {error}") from error
    if not options.tls_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return pika.SSLOptions(context, host)


def tcp_options(heartbeat_s: int) -> dict[str, int]:
    """Let the kernel give up what the other end does not acknowledge, as heartbeats do for AMQP."""
    return {
        "TCP_USER_TIMEOUT": 2000 * heartbeat_s,
        "TCP_KEEPIDLE": heartbeat_s,
        "TCP_KEEPINTVL": max(1, heartbeat_s // 3),
        "TCP_KEEPCNT": 3,
    }


def declare(channel: Any, topology: Topology) -> None:
    """Ask for what the topology names; whatever is asked next is answered after it.

    pika sends each request once the one before is answered. A refusal closes the channel. Where
    passive, only the queues are looked at: which exchanges lead to them is the operator's affair.
    """
    if topology.passive:
        for queue in topology.queues:
            channel.queue_declare(queue, passive=True, callback=ignore)
        return
    for exchange in topology.exchanges:
        channel.exchange_declare(exchange, "direct", durable=True, callback=ignore)
    for queue in topology.queues:
        channel.queue_declare(queue, durable=True, callback=ignore)
        for exchange in topology.exchanges:
            channel.queue_bind(queue, exchange, queue, callback=ignore)


def ignore(_frame: Any) -> None:
    """Do nothing: the answer to the last request says all."""
