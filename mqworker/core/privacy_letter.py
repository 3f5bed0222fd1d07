"""Dead letters without what is hidden: on request only, for they promise the sender's own bytes.

1. What stands in the fields is found by normalizing each event, and replaced wherever the body has
   it; the body is written anew, not encoded. What is dropped from documents is masked here.
2. The reasons of the refusal quote values: hidden ones are replaced there, too.
3. A body that can't be read is left as it is: nothing is known of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import orjson

from mqworker.core.addresses import clean_addresses
from mqworker.core.deadletter import persistent
from mqworker.core.decode import decode
from mqworker.core.errors import Refused
from mqworker.core.message import Delivery, Failure, Prepared, Record, Refusal
from mqworker.core.normalize import Moment, normalize
from mqworker.core.pipeline import moment_of
from mqworker.core.policy import Policy
from mqworker.core.privacy import Privacy
from mqworker.core.scrubbing import Scrub, scrubber

Buried = tuple[Prepared, Sequence[Failure]]


def redacted(
    prepared: Prepared, failures: Sequence[Failure], privacy: Privacy, policy: Policy
) -> Buried:
    """Return what a dead letter shall be made of.

    Args:
        prepared: the delivery that can't be used.
        failures: what was refused of it.
        privacy: what is hidden.
        policy: how its body is read.
    """
    delivery = prepared.delivery
    records = readable(delivery, policy)
    moment = moment_of(delivery, policy)
    truths = {
        text: cover for one in records for text, cover in truths_of(one, privacy, moment, policy)
    }
    if not truths:
        return prepared, failures
    scrub = scrubber(truths)
    body = orjson.dumps(scrub(records if prepared.several else records[0]))
    properties = persistent(delivery.properties, delivery.properties.headers or {})
    properties = replace(
        properties,
        content_encoding=None,
        delivery_mode=delivery.properties.delivery_mode,
        expiration=delivery.properties.expiration,
        user_id=delivery.properties.user_id,
    )
    left = delivery._replace(body=body, properties=properties)
    return prepared._replace(delivery=left), [told(each, scrub) for each in failures]


def readable(delivery: Delivery, policy: Policy) -> list[Record]:
    """Return the events of a body, none when one of them can't be read."""
    try:
        items = decode(delivery.body, delivery.properties.content_encoding, policy.limits).items
    except Refused:
        return []
    records = [item for item in items if not isinstance(item, Refusal)]
    return records if len(records) == len(items) else []


def truths_of(
    record: Record, privacy: Privacy, moment: Moment, policy: Policy
) -> Iterator[tuple[str, str]]:
    """Give what is hidden of one event: as it was sent, and as it is made uniform."""
    fields, _ = normalize(record, moment)
    yield from privacy.truths(fields)
    clean_addresses(fields)
    policy.extraction.apply(fields)
    yield from privacy.truths(fields)


def told(failure: Failure, scrub: Scrub) -> Failure:
    """Return a failure whose reason shows nothing hidden."""
    return replace(failure, refusal=replace(failure.refusal, reason=scrub(failure.refusal.reason)))
