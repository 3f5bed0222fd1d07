"""The nouns of the flow, in the order of a message's way.

Delivery (what the broker handed over) -> record (decoded) -> Event (normalized, valid)
-> Document (what the sink stores) -> Outcome (what became of it). Bad input: Refusal.

What is made for every event is a named tuple and not a frozen dataclass, which costs three times
as much to make. On the way of a message it is made by `tuple.__new__(Event, (…))` and not by
`Event(…)`: a named tuple's own `__new__` is a function in Python that does the same, and with it
that takes three times as long.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol

Record = dict[str, Any]
"""One JSON object as the sender wrote it."""

Stage = Literal["decode", "normalize", "extract", "validate", "document", "write"]
"""The step of the way that refused an input."""


class Tag(NamedTuple):
    """Names a delivery towards the source that handed it over.

    `channel` grows by one with each new channel to the broker: a tag of an older channel can't be
    settled any more (the broker delivers that message again).
    """

    channel: int
    number: int


class Properties(Protocol):
    """The AMQP 0-9-1 basic properties (specification, section 1.8.3), all optional.

    `pika.BasicProperties` has this shape too, so that the hot path copies nothing.
    """

    content_type: str | None
    content_encoding: str | None
    headers: Mapping[str, Any] | None
    delivery_mode: int | None
    priority: int | None
    correlation_id: str | None
    reply_to: str | None
    expiration: str | None
    message_id: str | None
    timestamp: int | None
    type: str | None
    user_id: str | None
    app_id: str | None
    cluster_id: str | None


@dataclass(slots=True)
class PlainProperties:
    """AMQP properties where no client library made them."""

    content_type: str | None = None
    content_encoding: str | None = None
    headers: Mapping[str, Any] | None = None
    delivery_mode: int | None = None
    priority: int | None = None
    correlation_id: str | None = None
    reply_to: str | None = None
    expiration: str | None = None
    message_id: str | None = None
    timestamp: int | None = None
    type: str | None = None
    user_id: str | None = None
    app_id: str | None = None
    cluster_id: str | None = None


class Delivery(NamedTuple):
    """A message as the broker handed it over; `received` is aware, UTC.

    queue: where it lay, of a source that has several; "" where there is one only.
    """

    tag: Tag
    body: bytes
    properties: Properties
    received: datetime
    redelivered: bool = False
    exchange: str = ""
    routing_key: str = ""
    queue: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an input can't be used: where (`stage`, `pointer`) and what was wrong, for a person.

    pointer: JSON Pointer (RFC 6901) into the record or event; "" is the whole.
    keyword: the JSON Schema keyword that failed, when a schema refused it.
    expected, value: what was asked for and what was there, clipped for display.
    schema: the `$id` or name of the schema that refused it.
    """

    stage: Stage
    reason: str
    pointer: str = ""
    keyword: str | None = None
    expected: str | None = None
    value: str | None = None
    schema: str | None = None


class Event(NamedTuple):
    """A normalized event on its way to a document.

    id: the document's ID, a function of the message and the position in it alone.
    occurred: the event's own time (aware, UTC), None when the sender gave none.
    fields: the canonical event, ready to be serialized; the worker empties them after that.
    schema: the name of the schema that it satisfies.
    failed: names of the extractors that could not read it.
    """

    id: str
    position: int
    occurred: datetime | None
    fields: dict[str, Any]
    schema: str
    failed: tuple[str, ...] = ()


class Document(NamedTuple):
    """What the sink stores: `source` is JSON in UTF-8 without a newline.

    elsewhere: other indices in which an earlier delivery of the same message may have stored it;
    a sink looks there before it creates (see `mqworker.core.naming`).
    """

    index_name: str
    id: str
    source: bytes
    elsewhere: tuple[str, ...] = ()


Status = Literal["stored", "duplicate", "retry", "refused"]


class Outcome(NamedTuple):
    """What became of one document.

    stored: it is durable now. duplicate: it was there before (a redelivery): as good as stored.
    retry: it may be stored later (429, 5xx, no answer). refused: it never will; `reason` says why.
    """

    status: Status
    reason: str = ""


STORED = Outcome("stored")
DUPLICATE = Outcome("duplicate")


class Place(NamedTuple):
    """Where a document is."""

    index_name: str
    id: str


Version = tuple[int, int]
"""Which state of a document was read: Elasticsearch's sequence number and primary term."""


class Stored(NamedTuple):
    """A document as it was read, for replacing it."""

    source: dict[str, Any]
    version: Version


class Amendment(NamedTuple):
    """A document that shall replace the state of it that was read."""

    place: Place
    source: bytes
    version: Version


@dataclass(frozen=True, slots=True)
class Failure:
    """One event of a message that can't be stored."""

    position: int
    refusal: Refusal


class Prepared(NamedTuple):
    """A delivery after every pure step: the events to store, and what was refused on the way."""

    delivery: Delivery
    identity: str
    several: bool
    events: tuple[Event, ...] = ()
    failures: tuple[Failure, ...] = ()


class Publication(NamedTuple):
    """A message to hand to a broker, persistently and confirmed."""

    body: bytes
    properties: Properties
    exchange: str
    routing_key: str
