"""The way of a message through the worker: the verbs, in order.

    receive -> decode -> normalize -> extract -> validate -> document -> write -> settle

This file holds the pure part of it, from the delivery to the document; `mqworker.worker` holds
the rest.

1. `prepare` raises nothing: what can't be used is a Failure with its reason, anything else is a
   defect of mqworker.
2. One bad event never takes a good one of the same message with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from mqworker.core.addresses import clean_addresses
from mqworker.core.deadletter import first_received, wanted_positions
from mqworker.core.decode import Decoded, decode
from mqworker.core.document import placed
from mqworker.core.errors import Refused
from mqworker.core.extract import blame
from mqworker.core.free_form import clean_free_form
from mqworker.core.identity import identify, position_id
from mqworker.core.message import Delivery, Document, Event, Failure, Prepared, Record, Refusal
from mqworker.core.normalize import Moment, normalize
from mqworker.core.policy import Policy
from mqworker.core.timestamps import write_time

MILLISECONDS: Final = 100_000_000_000
"""AMQP timestamps are seconds (specification 4.2.5.4); some senders write milliseconds."""


Extracted = tuple[dict[str, Any], datetime | None, tuple[str, ...], str]
"""A canonical event with what its text says: its fields, its time, the extractors that failed, and
its schema, which is "" where that was not asked yet."""


class Moments:
    """The moments of deliveries: those of one batch share theirs, so it is made once for all."""

    def __init__(self) -> None:
        self.policy: Policy | None = None
        self.received: datetime | None = None
        self.stamp: object = None
        self.last: Moment | None = None

    def of(self, delivery: Delivery, policy: Policy) -> Moment:
        """Return the moment of a delivery."""
        received, stamp = first_received(delivery), delivery.properties.timestamp
        if (
            self.last is None
            or received is not self.received
            or stamp != self.stamp
            or policy is not self.policy
        ):
            self.policy, self.received, self.stamp = policy, received, stamp
            self.last = moment_of(delivery, policy)
        return self.last


def prepare(delivery: Delivery, policy: Policy, moment: Moment | None = None) -> Prepared:
    """Take a message every pure step up to its events: what can be stored, what can't and why.

    Args:
        delivery: the message.
        policy: the operator's choices.
        moment: of this delivery, where the caller has it already (see `Moments`).
    """
    identity = identify(delivery, policy.salt)
    try:
        decoded = decode(delivery.body, delivery.properties.content_encoding, policy.limits)
    except Refused as refused:
        return Prepared(delivery, identity, False, (), (Failure(0, refused.refusal),))
    moment = moment or moment_of(delivery, policy)
    if not decoded.several:
        return prepare_one(decoded.items[0], delivery, identity, moment, policy)
    events: list[Event] = []
    failures: list[Failure] = []
    for position, item in wanted(decoded, delivery):
        name = position_id(identity, position, several=True)
        try:
            events.append(shape(item, name, position, moment, policy))
        except Refused as refused:
            failures.append(Failure(position, refused.refusal))
    return Prepared(delivery, identity, True, tuple(events), tuple(failures))


def prepare_one(
    item: Record | Refusal, delivery: Delivery, identity: str, moment: Moment, policy: Policy
) -> Prepared:
    """Take the event of a message that is one event every step; see `prepare`."""
    try:
        event = shape(item, identity, 0, moment, policy)
    except Refused as refused:
        return Prepared(delivery, identity, False, (), (Failure(0, refused.refusal),))
    return tuple.__new__(Prepared, (delivery, identity, False, (event,), ()))


def shape(
    item: Record | Refusal, name: str, position: int, moment: Moment, policy: Policy
) -> Event:
    """Normalize one record, extract what its text says, and validate it.

    Raises:
        Refused: it can't be used.
    """
    if isinstance(item, Refusal):
        raise Refused(item)
    fields, occurred, failed, schema = extracted(item, moment, policy)
    schema = schema or validated(fields, policy)
    return tuple.__new__(Event, (name, position, occurred, fields, schema, failed))


def extracted(record: Record, moment: Moment, policy: Policy) -> Extracted:
    """Normalize one record, and extract what its text says.

    What extractors say never makes an event invalid: where a schema refuses it, it is left out.
    """
    fields, occurred = normalize(record, moment)
    clean_addresses(fields)
    clean_free_form(fields)
    failed = policy.extraction.apply(fields)
    said: list[str] = fields["mozdef"]["plugins"]
    if not said:
        return fields, occurred, failed, ""
    try:
        return fields, occurred, failed, policy.schemas.validate(fields)
    except Refused as refused:
        if bare := unspoiled(record, moment, policy):
            fields, occurred, _, schema = bare
            for name in said:
                blame(fields, name, refused.refusal.reason)
            return fields, occurred, (*failed, *said), schema
    return fields, occurred, failed, ""


def unspoiled(record: Record, moment: Moment, policy: Policy) -> Extracted | None:
    """Return the event without what its text says, None when it is invalid all the same."""
    fields, occurred = normalize(record, moment)
    clean_addresses(fields)
    clean_free_form(fields)
    try:
        return fields, occurred, (), policy.schemas.validate(fields)
    except Refused:
        return None


def validated(fields: dict[str, Any], policy: Policy) -> str:
    """Return the name of the schema that the event satisfies, or was tagged with.

    Raises:
        Refused: it satisfies none, and the operator wants such events dead-lettered.
    """
    try:
        return policy.schemas.validate(fields)
    except Refused:
        if policy.on_invalid == "dead-letter":
            raise
    told = [error.reason for error in policy.schemas.errors(fields)]
    fields["errors"] = [*fields.get("errors", ()), *told]
    fields["tags"] = (
        [*fields["tags"], "invalid"] if isinstance(fields["tags"], list) else ["invalid"]
    )
    return policy.schemas.select(str(fields.get("category", ""))).name


def documents(prepared: Prepared, policy: Policy, moment: Moment | None = None) -> list[Document]:
    """Return the document of each event; their sources are written after correlation."""
    delivery = prepared.delivery
    moment = moment or moment_of(delivery, policy)
    return [
        placed(
            event,
            policy.naming,
            moment.stamp,
            moment.received,
            redelivered=delivery.redelivered,
        )
        for event in prepared.events
    ]


def wanted(decoded: Decoded, delivery: Delivery) -> Iterator[tuple[int, Record | Refusal]]:
    """Give the events of the body that are to be stored: of a replayed message only those left."""
    positions = wanted_positions(delivery.properties.headers) if decoded.several else None
    for position, item in enumerate(decoded.items):
        if positions is None or position in positions:
            yield position, item


def moment_of(delivery: Delivery, policy: Policy) -> Moment:
    """Return what normalization needs to know of time and place."""
    received = first_received(delivery)
    stamp, receipt = stamp_of(delivery), write_time(received)
    return Moment(received, stamp, policy.hostname, policy.timezone, receipt)


def stamp_of(delivery: Delivery) -> datetime | None:
    """Return the message's AMQP timestamp, aware in UTC; None when it has none that is a time."""
    stamp = delivery.properties.timestamp
    if not isinstance(stamp, int) or stamp <= 0:
        return None
    try:
        return datetime.fromtimestamp(stamp / 1000 if stamp > MILLISECONDS else stamp, UTC)
    except (OverflowError, ValueError, OSError):
        return None
