"""The SQS queue of notifications: receive, keep, delete, put back.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mqworker.cloudtrail.aws import Answered, translated
from mqworker.core.cloudtrail.region import read_queue_url
from mqworker.core.errors import Misconfigured, MqworkerError

log = logging.getLogger(__name__)

MOST_AT_ONCE = 10
"""What one call takes (ReceiveMessage, ChangeMessageVisibilityBatch)."""

WAIT_S = 3
"""How long SQS waits for a message (long polling), and so how long a stop may have to wait. An idle
queue costs 0.9 million calls a month, of which AWS gives one million away."""

EXTENSIONS = 3
"""How often the visibility timeout is renewed in its own length."""

NEEDED = "sqs:GetQueueAttributes, ReceiveMessage, ChangeMessageVisibility and DeleteMessage"


@dataclass(frozen=True, slots=True)
class Message:
    """A notification as SQS handed it over; `times` is how often it did, this time included."""

    id: str
    receipt: str
    body: str
    times: int


@dataclass(slots=True)
class NotificationQueue:
    """One queue. `held` are the messages that nobody else gets, in the order of their coming."""

    sqs: Any
    url: str
    visibility_s: int
    monotonic: Callable[[], float] = time.monotonic
    held: list[Message] = field(default_factory=list)
    extend_at: float = 0.0

    @property
    def name(self) -> str:
        """The last part of its URL."""
        return read_queue_url(self.url).name

    def verify(self) -> str:
        """Look whether the queue is there and may be read; return a line for people.

        Raises:
            Misconfigured: it is not, or may not.
            Unavailable: no answer.
        """
        try:
            with translated():
                answer = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])
        except Answered as error:
            raise Misconfigured(f"{self.url}: {error} (needed: {NEEDED})") from error
        found = answer.get("Attributes", {})
        if "RedrivePolicy" not in found:
            log.warning(
                "the queue has no redrive policy: what is denied comes back until it expires"
            )
        return f"{self.name}, about {found.get('ApproximateNumberOfMessages', 'no')} messages"

    def receive(self, limit: int = MOST_AT_ONCE) -> list[Message]:
        """Take more messages, waiting a little for the first; hold them."""
        with translated():
            answer = self.sqs.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=limit,
                WaitTimeSeconds=WAIT_S,
                VisibilityTimeout=self.visibility_s,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
        taken = [read_message(each) for each in answer.get("Messages", ())]
        self.extend_at = self.monotonic() + self.visibility_s / EXTENSIONS
        self.held += taken
        return taken

    def tend(self) -> None:
        """Extend the visibility timeout of what is held, if it is time for it."""
        now = self.monotonic()
        if not self.held or now < self.extend_at:
            return
        self.extend_at = now + self.visibility_s / EXTENSIONS
        self.show_in(self.held, self.visibility_s)

    def delete(self, message: Message) -> None:
        """Let SQS forget a message."""
        with translated():
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message.receipt)
        self.held.remove(message)

    def put_back(self, messages: list[Message], delay_s: int = 0) -> None:
        """Let others have messages after so many seconds."""
        self.show_in(messages, delay_s)
        self.held = [each for each in self.held if each not in messages]

    def show_in(self, messages: list[Message], delay_s: int) -> None:
        """Set the visibility timeout. What fails is told: the message then comes back by itself."""
        entries = [
            {"Id": str(number), "ReceiptHandle": each.receipt, "VisibilityTimeout": delay_s}
            for number, each in enumerate(messages)
        ]
        try:
            with translated():
                answer = self.sqs.change_message_visibility_batch(
                    QueueUrl=self.url, Entries=entries
                )
        except MqworkerError as error:
            log.warning("visibility not changed count=%d error=%s", len(entries), error)
        else:
            for failed in answer.get("Failed", ()):
                log.warning("visibility not changed error=%s", failed.get("Message"))


def read_message(answer: dict[str, Any]) -> Message:
    """Return a message of SQS's answer."""
    times = answer.get("Attributes", {}).get("ApproximateReceiveCount", "1")
    return Message(
        answer.get("MessageId", ""), answer["ReceiptHandle"], answer.get("Body", ""), int(times)
    )
