"""Messages on their way into the dead-letter queue: one publish at a time, confirmed, or again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime

from mqworker.core.backoff import Backoff
from mqworker.core.deadletter import Grave, dead_letter
from mqworker.core.errors import Declined, MqworkerError
from mqworker.core.message import Failure, Prepared
from mqworker.core.settlement import OpenMessage
from mqworker.lanes import LaneMaker, Lanes
from mqworker.ports import Publisher

log = logging.getLogger(__name__)


Redact = Callable[[Prepared, Sequence[Failure]], tuple[Prepared, Sequence[Failure]]]
"""Takes what is not to be shown out of what a dead letter is made of."""


class Burying:
    """Publishes dead letters in a thread, so that the main one need not wait. For one thread."""

    def __init__(
        self,
        publisher: Publisher,
        grave: Grave,
        backoff: Backoff,
        chance: Callable[[], float],
        lanes: LaneMaker = Lanes,
        redact: Redact | None = None,
    ) -> None:
        self.redact = redact
        self.publisher = publisher
        self.grave = grave
        self.backoff = backoff
        self.chance = chance
        self.lanes: Lanes[list[OpenMessage], Collection[int]] = lanes(
            "dead-letters", 1, self.publish
        )
        self.waiting: list[OpenMessage] = []
        self.attempt = 0
        self.not_before = 0.0

    @property
    def busy(self) -> bool:
        """Whether a confirmation is awaited."""
        return self.lanes.busy > 0

    def queue(self, message: OpenMessage) -> None:
        """Put a message in line."""
        self.waiting.append(message)

    def submit(self, now: float) -> None:
        """Send what is in line, all of it together."""
        if self.waiting and self.lanes.free and now >= self.not_before:
            self.lanes.submit(self.waiting)
            self.waiting = []

    def collect(self, now: float, channel: int) -> list[OpenMessage]:
        """Return the messages of `channel` that the broker has confirmed as dead letters."""
        buried: list[OpenMessage] = []
        for messages, failed in self.lanes.collect():
            again = range(len(messages)) if failed is None else failed
            kept: list[OpenMessage] = []
            for position, message in enumerate(messages):
                if message.delivery.tag.channel == channel:
                    (kept if position in again else buried).append(message)
            self.waiting = kept + self.waiting
            self.attempt = self.attempt + 1 if again else 0
            if again:
                self.not_before = now + self.backoff.delay_s(self.attempt - 1, self.chance())
        return buried

    def abandon(self) -> None:
        """Forget what is in line: the broker delivers it again."""
        self.waiting = []

    def remains(self, message: OpenMessage) -> tuple[Prepared, Sequence[Failure]]:
        """Return what a dead letter is made of; after a defect, of what was sent."""
        if self.redact is not None:
            try:
                return self.redact(message.remains, message.failures)
            except Exception:
                log.exception("a defect of mqworker: a dead letter is not redacted")
        return message.remains, message.failures

    def publish(self, messages: list[OpenMessage]) -> Collection[int]:
        """Publish dead letters; runs in the thread. Returns the positions to publish again."""
        now = datetime.now(UTC)
        letters = [
            dead_letter(*self.remains(message), self.grave.of(message.delivery), now)
            for message in messages
        ]
        try:
            self.publisher.publish(letters)
        except MqworkerError as error:
            again = error.positions if isinstance(error, Declined) else range(len(letters))
            log.error("dead letters not confirmed, kept count=%d error=%s", len(again), error)  # noqa: TRY400 - an outage needs no traceback
            return again
        return ()
