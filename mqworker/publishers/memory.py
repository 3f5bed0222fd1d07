"""Publishes to the broker within the process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from mqworker.brokers.memory import MemoryBroker
from mqworker.core.errors import MqworkerError
from mqworker.core.message import Publication

Judge = Callable[[Publication], MqworkerError | None]
"""Decides what publishing a message ends with: an error to raise, or None for success."""


def accept(_: Publication) -> None:
    """Let every message pass."""


class MemoryPublisher:
    """Hands messages to a `MemoryBroker`; see `mqworker.ports.Publisher`."""

    def __init__(
        self,
        broker: MemoryBroker,
        *,
        queues: Iterable[str] = (),
        exchanges: Iterable[str] = (),
        judge: Judge = accept,
    ) -> None:
        """Name the broker.

        Args:
            broker: where the messages go.
            queues: declared at once, for messages that no worker has asked for.
            exchanges: bound by its name to each of these queues.
            judge: asked about each message before any of its batch is published.
        """
        self.broker = broker
        self.judge = judge
        names = tuple(exchanges)
        for queue in queues:
            broker.declare(queue, names)

    def publish(self, publications: Sequence[Publication]) -> None:
        """Publish all or, after an error, nothing; see `mqworker.ports.Publisher.publish`."""
        for publication in publications:
            if error := self.judge(publication):
                raise error
        self.broker.publish(publications)

    def close(self) -> None:
        """Leave; see `mqworker.ports.Publisher.close`."""
