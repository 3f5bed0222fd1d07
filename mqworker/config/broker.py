"""Options of the message broker: where it is, what is consumed, who we are to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mqworker.config.kinds import FILE, FLAG, choice, text, url, whole
from mqworker.config.option import option, optional
from mqworker.config.quantities import whole_duration

LONGEST_NAME = 255
DEAD_SUFFIX = ".dead"


@dataclass(frozen=True)
class BrokerOptions:
    """The broker."""

    broker: tuple[str, ...] = option(
        url("amqp://user:password@host:5672/vhost"),
        "The message broker. Several are nodes of one cluster, tried in turn. amqp:// and amqps:// "
        "are RabbitMQ, every other scheme is kombu's; sqlite:///FILE is the embedded broker, with "
        "a slash more when the path is absolute (sqlite:////var/lib/mqworker/broker.db). The "
        "virtual host / is written %2F. The password can be kept out of the URL: see "
        "broker_password_file.",
        ("amqp://guest:guest@127.0.0.1:5672/%2F",),
    )
    queue: tuple[str, ...] = option(
        text(LONGEST_NAME - len(DEAD_SUFFIX)),
        "A queue that is consumed, and the routing key that binds it. Its dead letters go to the "
        f"queue of this name with {DEAD_SUFFIX} after it. From RabbitMQ a worker can consume "
        "several; the first is the one that mqworker publish uses.",
        ("eventtask",),
    )
    exchange: tuple[str, ...] = option(
        text(),
        "A direct exchange that shippers publish to. Each is declared, durable, and bound to the "
        "queue; the first is the one that mqworker publish uses.",
        ("eventtask", "mozdef"),
    )
    passive: bool = option(
        FLAG,
        "Declare no queue and no exchange: they are there, made by somebody else, maybe with "
        "arguments of their own. The dead-letter queue has to be there too.",
        False,
    )
    prefetch: int = option(
        whole(1, 65535),
        "Messages that a worker holds at once, unacknowledged. It bounds memory, and is the "
        "back-pressure when the sink is slow.",
        8000,
    )
    heartbeat: int = option(
        whole_duration(1, 65535),
        "How often broker and worker show each other that they are alive; a connection that is "
        "silent for twice as long is given up.",
        20,
    )
    broker_ca_file: Path | None = optional(
        FILE,
        "Certificates (PEM) of the authorities that may vouch for the broker.",
        usual="those of the system",
    )
    broker_cert_file: Path | None = optional(
        FILE, "The worker's own certificate (PEM), shown to the broker."
    )
    broker_key_file: Path | None = optional(FILE, "The private key (PEM) of broker_cert_file.")
    broker_auth: Literal["plain", "external"] = option(
        choice("plain", "external"),
        "How the worker proves who it is: by name and password, or by its certificate (SASL "
        "EXTERNAL; the broker needs the plugin rabbitmq_auth_mechanism_ssl).",
        "plain",
    )
    broker_username: str | None = optional(
        text(), "The user name, for URLs that hold none.", usual="the URL's"
    )
    broker_password_file: Path | None = optional(
        FILE,
        "A file that holds the password, for URLs that hold none. Without this option, systemd's "
        "credential broker_password is used when there is one.",
        usual="the URL's",
    )
    broker_verify: bool = option(
        FLAG,
        "Check the broker's certificate and that it is the broker's. Turning this off lets anyone "
        "on the way read and change everything.",
        True,
    )

    @property
    def first_queue(self) -> str:
        """The queue that messages are published to."""
        return self.queue[0]
