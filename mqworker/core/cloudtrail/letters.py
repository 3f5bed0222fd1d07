"""What is published: events, and dead letters for what can't be one.

1. A message's ID is the record's `eventID`, so that a record that is read twice is stored once; of
   a record without one, a digest of its bytes. A record that was delivered in two files is one.
2. A dead letter of a record holds the record, byte for byte; one of an object, or of a message, the
   SQS message. Headers name bucket, key and position.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from mqworker.core.cloudtrail.event import canonical_event
from mqworker.core.cloudtrail.notification import Location
from mqworker.core.deadletter import PREFIX, Grave, dead_letter
from mqworker.core.errors import Refused
from mqworker.core.identity import digest
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

LONGEST_ID = 255
"""Bytes of an AMQP message_id (specification, section 4.2.5.3)."""


class Post(NamedTuple):
    """Where events go, and as whose.

    exchange, routing_key: as every shipper's.
    tags: of each event.
    app: the sender, for `app_id`.
    """

    exchange: str
    routing_key: str
    tags: tuple[str, ...]
    app: str


def read_record(text: bytes) -> Record:
    """Return the record in a part of a log file.

    Raises:
        Refused: it is no JSON object.
    """
    try:
        record = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Refused(Refusal("decode", f"not JSON: {error.msg}: column {error.colno}")) from error
    if type(record) is not dict:
        raise Refused(Refusal("decode", "not an object"))
    return record


def event_message(record: Record, text: bytes, post: Post, stamp: datetime | None) -> Publication:
    """Return the message of a record's event.

    Args:
        record: what `text` says.
        text: the record's bytes.
        post: where it goes.
        stamp: when the object was written (aware): a time that is the same at every reading.

    Raises:
        Refused: it is no record of CloudTrail.
    """
    body = orjson.dumps(canonical_event(record, post.tags))
    properties = PlainProperties(
        content_type="application/json",
        delivery_mode=2,
        message_id=message_id(record, text),
        timestamp=None if stamp is None else int(stamp.timestamp()),
        app_id=post.app,
    )
    return Publication(body, properties, post.exchange, post.routing_key)


def message_id(record: Record, text: bytes) -> str:
    """Return what a record is told from all others by."""
    name = record.get("eventID")
    if type(name) is str and name.isascii() and name.isprintable() and 0 < len(name) <= LONGEST_ID:
        return name
    return digest(text)


def dead_record(
    text: bytes, refusal: Refusal, grave: Grave, now: datetime, place: Mapping[str, Any]
) -> Publication:
    """Return the dead letter of a record that is none.

    Args:
        text: its bytes.
        refusal: why.
        grave: the queues.
        now: the time of the refusal (aware, UTC).
        place: where it was found, by `whereabouts`.
    """
    return buried(text, digest(text), refusal, grave, now, place)


def dead_object(
    body: str, refusal: Refusal, grave: Grave, now: datetime, place: Mapping[str, Any]
) -> Publication:
    """Return the dead letter of an object, or of a whole message, with what SQS handed over."""
    data = body.encode("utf-8", "surrogatepass")
    named = f"{place.get(PREFIX + 's3-bucket', '')}\0{place.get(PREFIX + 's3-key', '')}\0"
    return buried(data, digest(named.encode() + data), refusal, grave, now, place)


def whereabouts(
    queue_url: str, location: Location | None = None, position: int | None = None
) -> dict[str, Any]:
    """Return the headers that name a queue of SQS, an object, and a record in it (from 0)."""
    told = {
        "sqs-queue": queue_url,
        "s3-bucket": location and location.bucket,
        "s3-key": location and location.key,
        "s3-position": position,
    }
    return {PREFIX + name: value for name, value in told.items() if value is not None}


def buried(
    body: bytes,
    identity: str,
    refusal: Refusal,
    grave: Grave,
    now: datetime,
    place: Mapping[str, Any],
) -> Publication:
    """Return a dead letter as the worker writes them."""
    properties = PlainProperties(headers=dict(place))
    failure = Failure(0, refusal)
    prepared = Prepared(Delivery(Tag(0, 0), body, properties, now), identity, False, (), (failure,))
    return dead_letter(prepared, [failure], grave, now)
