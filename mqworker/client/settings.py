"""What a client can be told."""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path

from mqworker.client.event import Program
from mqworker.client.intake import IntakeOptions, IntakeTransport
from mqworker.client.shipping import Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where events go, and what may be kept meanwhile.

    url: of an intake (http://, https://) or of RabbitMQ (amqp://, amqps://, which needs pika).
    spool: a directory for events on their way, of this user alone. Several processes may share
        it. Without one, events are in memory only.
    spool_bytes: the most that all files in it may hold.
    memory_events, memory_bytes: the most that may be in memory, in number and in bytes.
    event_bytes: an event larger than this is dropped.
    exit_s: how long `close` waits, at most, until everything is sent. When the intake is away and
        everything is on disk it does not wait.
    category, tags: of events that name no category, and in addition to an event's own tags.
    hostname, processname: of this program; what the system says if None.
    token_file, ca_file, cert_file, key_file, timeout_s: see `mqworker.client.intake`.
    exchange, queue: where to publish by amqp, and the routing key.
    """

    url: str = field(repr=False)
    spool: str | os.PathLike[str] | None = None
    spool_bytes: int = 100 * 2**20
    memory_events: int = 10_000
    memory_bytes: int = 32 * 2**20
    event_bytes: int = 2**20
    exit_s: float = 5.0
    category: str = "event"
    tags: tuple[str, ...] = ()
    hostname: str | None = None
    processname: str | None = None
    token_file: str | None = None
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    timeout_s: float = 10.0
    exchange: str = "eventtask"
    queue: str = "eventtask"

    @property
    def program(self) -> Program:
        """Who sends."""
        return Program(
            self.hostname or socket.gethostname(),
            self.processname or Path(sys.argv[0] if sys.argv else "").name or "python",
            self.category,
            tuple(self.tags),
        )

    def transport(self) -> Transport:
        """Return where events are sent to.

        Raises:
            ValueError: the URL makes no sense.
            ImportError: pika is missing.
        """
        if self.url.startswith(("amqp://", "amqps://")):
            return self.broker()
        return IntakeTransport(
            IntakeOptions(
                url=self.url,
                token_file=self.token_file,
                ca_file=self.ca_file,
                cert_file=self.cert_file,
                key_file=self.key_file,
                timeout_s=self.timeout_s,
            )
        )

    def broker(self) -> Transport:
        """Return RabbitMQ; imported only here, so that the rest needs no package."""
        from mqworker.brokers.rabbitmq import RabbitmqOptions  # noqa: PLC0415 - see above
        from mqworker.client.broker import BrokerTransport  # noqa: PLC0415 - see above
        from mqworker.core.errors import Misconfigured  # noqa: PLC0415 - see above

        try:
            options = RabbitmqOptions(
                urls=(self.url,),
                queue=self.queue,
                ca_file=self.ca_file,
                cert_file=self.cert_file,
                key_file=self.key_file,
                client_name="mqworker-client",
            )
        except Misconfigured as error:
            raise ValueError(str(error)) from error
        return BrokerTransport(options, self.exchange, self.timeout_s)
