"""One message at a time: what it tells of is read and published, then it is deleted.

1. `collect` deletes a message only after each event and each dead letter is confirmed.
2. One object that can't be read never keeps another of the same message from being read.
3. A record that is none costs nothing but itself.
4. Between two objects nothing is in line to be published: when one has to be read again, only what
   is its own is taken out of the line.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from mqworker.cloudtrail.aws import Answered
from mqworker.cloudtrail.bucket import LogFile, open_object, read_records
from mqworker.cloudtrail.patience import Abandoned, Patience
from mqworker.cloudtrail.posting import Posting
from mqworker.cloudtrail.queue import Message, NotificationQueue
from mqworker.core.backoff import Backoff
from mqworker.core.brake import Brake
from mqworker.core.cloudtrail.answers import hint
from mqworker.core.cloudtrail.letters import (
    Post,
    dead_object,
    dead_record,
    event_message,
    read_record,
    whereabouts,
)
from mqworker.core.cloudtrail.notification import Location, Notice, read_notification
from mqworker.core.deadletter import Grave
from mqworker.core.errors import Refused
from mqworker.core.message import Publication, Refusal
from mqworker.telemetry import Tally

log = logging.getLogger(__name__)

PROGRESS_S = 10.0
"""How often the progress within one object is logged."""

CHECK_EVERY = 100
"""Records, between two looks at signals and at what is held."""

DENIED = Backoff(10.0, 900.0)
"""How long a message stays away that tells of something that may not be read, by its receipts."""


@dataclass(slots=True)
class Collecting:
    """Takes messages of one queue to one exchange.

    max_object: bytes, of what an object may inflate to.
    reach: connects to the broker if that is not done. reached: whether that was ever done.
    """

    queue: NotificationQueue
    s3: Any
    events: Posting
    dead_letters: Posting
    patience: Patience
    tally: Tally
    post: Post
    grave: Grave
    brake: Brake
    max_object: int
    reach: Callable[[], None]
    reached: bool = False
    monotonic: Callable[[], float] = time.monotonic

    def collect(self, message: Message) -> bool:
        """Read, publish and delete; or put back what may not be read.

        Returns:
            Whether it was good: nothing of it became a dead letter.

        Raises:
            Abandoned: there is no more time; the message is still held.
        """
        refused = self.tally.counts["refused"]
        try:
            denied = self.read(message)
        except Abandoned:
            self.drop()
            raise
        if denied:
            self.deny(message)
        else:
            self.patience.until_done("SQS", lambda: self.delete(message))
            self.tally.add("settled")
        return self.tally.counts["refused"] == refused

    def delete(self, message: Message) -> None:
        """Let SQS forget a message; one that it keeps comes again, and changes nothing."""
        try:
            self.queue.delete(message)
        except Answered as error:
            log.error("message not deleted id=%s error=%s", message.id, error)  # noqa: TRY400 - for the operator, not a defect
            self.queue.held.remove(message)

    def deny(self, message: Message) -> None:
        """Put a message back for a while, a longer one each time."""
        delay_s = DENIED.delay_s(message.times - 1, self.patience.chance())
        self.queue.put_back([message], int(delay_s))
        self.tally.add("denied")

    def read(self, message: Message) -> bool:
        """Publish what a message tells of; return whether some of it may not be read for now."""
        try:
            notice = read_notification(message.body)
        except Refused as refused:
            self.bury(message, refused.refusal, None)
            return False
        for words in notice.skipped:
            log.info("skipped %s", words)
            self.tally.add("skipped")
        if notice.record is not None:
            self.read_own(message, notice)
        denied = [self.read_object(message, where) for where in notice.objects]
        return any(denied)

    def read_own(self, message: Message, notice: Notice) -> None:
        """Publish the record that a message itself holds."""
        made = message_or_refusal(orjson.dumps(notice.record), self.post, None)
        if isinstance(made, Refusal):
            self.bury(message, made, None)
        else:
            self.events.add(made)
        self.flush()

    def read_object(self, message: Message, where: Location) -> bool:
        """Publish the records of an object; return whether it may not be read for now."""
        try:
            self.patience.until_done("S3", lambda: self.publish(where))
        except Refused as refused:
            self.bury(message, refused.refusal, where)
        except Answered as error:
            told = f"{error}{hint(error.code)}"
            if error.meaning == "denied":
                log.error("object denied, its message is put back object=%s error=%s", where, told)  # noqa: TRY400 - for the operator, not a defect
                return True
            self.bury(message, Refusal("decode", f"the object can't be read: {told}"), where)
        return False

    def publish(self, where: Location) -> None:
        """Read an object from its beginning to its end, and publish its records.

        Raises:
            Refused: it can't be read to its end; what came before that is published.
            Answered: S3 refuses.
            Unavailable: S3 does not answer, or not to the end.
        """
        self.drop()
        begun = self.monotonic()
        file = open_object(self.s3, where)
        try:
            count = self.take_all(where, file)
        except Refused:
            self.flush()
            raise
        self.flush()
        self.tally.add("objects")
        seconds = self.monotonic() - begun
        log.info("object=%s records=%d bytes=%d seconds=%.1f", where, count, file.size, seconds)

    def take_all(self, where: Location, file: LogFile) -> int:
        """Put all records of an object in line; return how many there are."""
        count, told = 0, self.monotonic()
        for text in read_records(file, self.max_object):
            self.take(text, where, count, file)
            count += 1
            if self.monotonic() - told > PROGRESS_S:
                told = self.monotonic()
                log.info("reading object=%s records=%d so far", where, count)
        return count

    def take(self, text: bytes, where: Location, position: int, file: LogFile) -> None:
        """Put one record in line for the exchange, or for the dead letters."""
        made = message_or_refusal(text, self.post, file.written)
        if isinstance(made, Refusal):
            place = whereabouts(self.queue.url, where, position)
            self.refuse(dead_record(text, made, self.grave, datetime.now(UTC), place), made)
        else:
            self.events.add(made)
        if position % CHECK_EVERY == 0:
            self.patience.check()

    def bury(self, message: Message, refusal: Refusal, where: Location | None) -> None:
        """Put an object, or a whole message, in line for the dead letters."""
        place = whereabouts(self.queue.url, where)
        now = datetime.now(UTC)
        self.refuse(dead_object(message.body, refusal, self.grave, now, place), refusal)
        self.flush()

    def flush(self) -> None:
        """Return when all that is in line is confirmed."""
        self.events.flush()
        self.dead_letters.flush()

    def drop(self) -> None:
        """Forget what is in line: it is read again."""
        self.events.drop()
        self.dead_letters.drop()

    def refuse(self, letter: Publication, refusal: Refusal) -> None:
        """Put a dead letter in line."""
        self.tally.add("refused")
        place = letter.properties.headers or {}
        key = place.get("x-mqworker-s3-key", "-")
        log.warning("dead letter key=%s stage=%s pointer=%s", key, refusal.stage, refusal.pointer)
        log.debug("dead letter key=%s reason=%s", key, refusal.reason)  # it quotes what was sent
        self.dead_letters.add(letter)


def message_or_refusal(text: bytes, post: Post, written: datetime | None) -> Publication | Refusal:
    """Return the message of a record, or why there is none; a defect of ours is such a reason."""
    try:
        return event_message(read_record(text), text, post, written)
    except Refused as refused:
        return refused.refusal
    except Exception as defect:
        log.exception("defect: a record could not be mapped")
        return Refusal("normalize", f"a defect of mqworker: {type(defect).__name__}: {defect}")
