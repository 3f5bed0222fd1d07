"""Messages on their way to the broker: in batches, confirmed, again and again until they are."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from mqworker.cloudtrail.patience import Patience
from mqworker.core.errors import MqworkerError
from mqworker.core.message import Publication
from mqworker.ports import Publisher

log = logging.getLogger(__name__)

MOST_MESSAGES = 500
MOST_BYTES = 4 * 2**20


@dataclass(slots=True)
class Posting:
    """Publishes to one exchange, or to the dead letters. Nothing is confirmed but by `flush`.

    told: called with the number of messages that the broker has confirmed.
    """

    publisher: Publisher
    patience: Patience
    told: Callable[[int], None]
    waiting: list[Publication] = field(default_factory=list)
    waiting_bytes: int = 0

    def add(self, message: Publication) -> None:
        """Put a message in line; publish when there are many.

        Raises:
            Abandoned: there is no more time.
        """
        self.waiting.append(message)
        self.waiting_bytes += len(message.body)
        if len(self.waiting) >= MOST_MESSAGES or self.waiting_bytes >= MOST_BYTES:
            self.flush()

    def flush(self) -> None:
        """Publish what is in line; return when all of it is confirmed.

        Raises:
            Abandoned: there is no more time.
        """
        batch, self.waiting, self.waiting_bytes = self.waiting, [], 0
        if batch:
            self.patience.until_done("broker", lambda: self.publisher.publish(batch), MqworkerError)
            self.told(len(batch))

    def drop(self) -> None:
        """Forget what is in line: it is read again."""
        self.waiting, self.waiting_bytes = [], 0
