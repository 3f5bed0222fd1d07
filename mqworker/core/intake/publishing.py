"""Events -> messages for the worker, refused events -> dead letters.

1. Each event is a message of its own, persistent, with a message ID and the time of receipt.
2. What the worker would refuse to decode is refused here. What its schemas say is left to it: the
   client can't mend that, and schemas change while events wait in the queue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import orjson

from mqworker.core.bounds import Limits, find_excess
from mqworker.core.deadletter import dead_letter
from mqworker.core.display import show
from mqworker.core.intake.bodies import Bad, Item
from mqworker.core.intake.http import Stamp
from mqworker.core.intake.naming import event_name
from mqworker.core.intake.rules import Rules
from mqworker.core.message import (
    Delivery,
    Failure,
    PlainProperties,
    Prepared,
    Publication,
    Record,
    Refusal,
    Tag,
)

PERSISTENT = 2
"""AMQP 0-9-1, section 1.8.3: delivery mode."""


class Ready(NamedTuple):
    """An event that can be published: what it holds, and its bytes."""

    record: Record
    body: bytes


class Unfit(NamedTuple):
    """An event that can't: where it was in the request, its bytes, and why."""

    position: int
    raw: bytes
    refusal: Refusal


def checked(
    item: Item, position: int, extra: Mapping[str, Any] | None, limits: Limits
) -> Ready | Unfit:
    """Return an event ready to be published, or why it can't be.

    Args:
        item: what the request holds at this place.
        position: the place, from 0.
        extra: top-level keys that its route adds, or overwrites.
        limits: what one event may hold.
    """
    if isinstance(item, Bad):
        return Unfit(position, *item)
    value, raw = item
    if type(value) is not dict:
        reason = f"not an object: {show(value)}"
        return Unfit(position, raw or written(value) or b"", Refusal("decode", reason))
    if extra:
        value = {**value, **extra}
    body = raw if raw is not None and not extra else written(value)
    refusal = excess_of(value, body, limits)
    return Ready(value, body) if refusal is None and body else unfit(position, raw, body, refusal)


def unfit(position: int, raw: bytes | None, body: bytes | None, refusal: Refusal | None) -> Unfit:
    """Return an event that can't be used; one without a reason is what JSON can't say."""
    reason = refusal or Refusal("decode", "it holds what can't be written as JSON")
    return Unfit(position, raw or body or b"", reason)


def written(value: Any) -> bytes | None:
    """Return a value as JSON, None if it is too deep for it."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return None


def excess_of(record: Record, body: bytes | None, limits: Limits) -> Refusal | None:
    """Return why an event is too large, too deep or has too many keys, else None."""
    size = limits.max_body_bytes if body is None else len(body)
    if size > limits.max_body_bytes:
        reason = f"the event has {size} bytes, {limits.max_body_bytes} are allowed"
        return Refusal("decode", reason)
    return find_excess(record, limits)


class Envelope:
    """Makes the messages of one request."""

    def __init__(self, rules: Rules, stamp: Stamp) -> None:
        self.rules = rules
        self.stamp = stamp
        self.timestamp = int(stamp.now.timestamp())

    def publication(
        self,
        event: Ready,
        position: int,
        name: str | None,
        context: Mapping[str, str] | None = None,
    ) -> Publication:
        """Return the message of an event.

        Args:
            event: what it holds.
            position: its place in the request, from 0.
            name: what the client calls it; None lets the event or, at last, chance name it.
            context: of the event's own trace; None for the request's.
        """
        message_id = name or event_name(*event) or f"{self.stamp.name}-{position}"
        properties = PlainProperties(
            content_type="application/json",
            headers=context or self.stamp.context or None,
            delivery_mode=PERSISTENT,
            message_id=message_id,
            timestamp=self.timestamp,
            app_id=self.rules.app_id,
        )
        return Publication(event.body, properties, self.rules.exchange, self.rules.grave.queue)

    def letters(
        self,
        unfit: Iterable[Unfit],
        name_of: Callable[[int], str | None],
        content_type: str,
        encoding: str = "",
    ) -> list[Publication]:
        """Return the dead letters of what can't be used, each with its own bytes.

        Args:
            unfit: what can't be used.
            name_of: what the client calls the event at a place. A client that sends the request
                again has dead letters of one identity, which count as one.
            content_type: of the request.
            encoding: of the request.
        """
        return [self.letter(one, name_of(one.position), content_type, encoding) for one in unfit]

    def letter(
        self, unfit: Unfit, name: str | None, content_type: str, encoding: str
    ) -> Publication:
        """Return the dead letter of one event that can't be used, or of a whole body."""
        name = name or f"{self.stamp.name}-{unfit.position}"
        properties = PlainProperties(
            content_type=short(content_type),
            content_encoding=short(encoding),
            headers=self.stamp.context or None,
            message_id=name,
            timestamp=self.timestamp,
            app_id=self.rules.app_id,
        )
        exchange, queue = self.rules.exchange, self.rules.grave.queue
        delivery = Delivery(
            Tag(0, 0), unfit.raw, properties, self.stamp.now, exchange=exchange, routing_key=queue
        )
        failure = Failure(0, unfit.refusal)
        prepared = Prepared(delivery, name, several=False, failures=(failure,))
        return dead_letter(prepared, [failure], self.rules.grave, self.stamp.now)


def short(header: str) -> str | None:
    """Return a header's value as a short string of AMQP takes it, None if there is none."""
    return header.encode("ascii", "replace")[:255].decode() or None
