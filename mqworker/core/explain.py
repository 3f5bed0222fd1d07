"""The way of a message, told step by step: what the worker would do, without a service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from mqworker.core.deadletter import first_received
from mqworker.core.decode import decode
from mqworker.core.document import placed, serialize
from mqworker.core.errors import Refused
from mqworker.core.identity import identify, position_id
from mqworker.core.message import Delivery, Document, Event, Record, Refusal
from mqworker.core.pipeline import extracted, moment_of, stamp_of, validated, wanted
from mqworker.core.policy import Policy


class Explained(NamedTuple):
    """What became of one event of a message, step by step; None where it did not get that far."""

    position: int
    record: Record | None
    event: dict[str, Any] | None
    schema: str | None
    refusal: Refusal | None
    document: Document | None


def explain(delivery: Delivery, policy: Policy) -> Iterator[Explained]:
    """Tell what the worker would do with a message, one item for each event in its body."""
    identity = identify(delivery, policy.salt)
    try:
        decoded = decode(delivery.body, delivery.properties.content_encoding, policy.limits)
    except Refused as refused:
        yield Explained(0, None, None, None, refused.refusal, None)
        return
    for position, item in wanted(decoded, delivery):
        name = position_id(identity, position, several=decoded.several)
        yield explain_one(delivery, item, name, position, policy)


def explain_one(
    delivery: Delivery, item: Record | Refusal, name: str, position: int, policy: Policy
) -> Explained:
    """Tell what the worker would do with one event of a message."""
    if isinstance(item, Refusal):
        return Explained(position, None, None, None, item, None)
    record = dict(item)
    event: dict[str, Any] | None = None
    schema: str | None = None
    try:
        event, occurred, failed, schema = extracted(item, moment_of(delivery, policy), policy)
        schema = schema or validated(event, policy)
        whole = Event(name, position, occurred, event, schema, failed)
        made = placed(whole, policy.naming, stamp_of(delivery), first_received(delivery))
        made = made._replace(source=serialize(event))
    except Refused as refused:
        schema = schema or refused.refusal.schema
        return Explained(position, record, event, schema, refused.refusal, None)
    return Explained(position, record, event, schema, None, made)
