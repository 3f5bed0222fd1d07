"""Publishes to the embedded broker: confirmed means committed and synced to the disk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

from mqworker.brokers.sqlite import DEFAULTS, SqliteBroker, SqliteOptions
from mqworker.core.errors import BrokerUnavailable
from mqworker.core.message import Publication
from mqworker.database import is_passing


class SqlitePublisher:
    """Hands messages to the embedded broker; see `mqworker.ports.Publisher`."""

    def __init__(
        self,
        path: Path,
        *,
        queues: Iterable[str] = (),
        exchanges: Iterable[str] = (),
        options: SqliteOptions = DEFAULTS,
    ) -> None:
        """Name the broker; it is connected with the first message.

        Args:
            path: the broker's file, made where there is none.
            queues: declared when it is connected, for messages that no worker has asked for.
            exchanges: bound by its name to each of these queues.
            options: how patient to be.
        """
        self.path = path
        self.queues = tuple(queues)
        self.exchanges = tuple(exchanges)
        self.options = options
        self.broker: SqliteBroker | None = None

    def publish(self, publications: Sequence[Publication]) -> None:
        """Publish all or, after an error, nothing; see `mqworker.ports.Publisher.publish`."""
        try:
            self.connected().publish(publications)
        except BrokerUnavailable as error:
            if not is_passing(error):
                self.close()
            raise

    def connected(self) -> SqliteBroker:
        """Return the connection, opening it when there is none."""
        if self.broker is None:
            with ExitStack() as unless_declared:
                broker = SqliteBroker(self.path, self.options)
                unless_declared.callback(broker.close)
                for queue in self.queues:
                    broker.declare(queue, self.exchanges)
                unless_declared.pop_all()
            self.broker = broker
        return self.broker

    def close(self) -> None:
        """Leave; see `mqworker.ports.Publisher.close`."""
        broker, self.broker = self.broker, None
        if broker is not None:
            broker.close()
