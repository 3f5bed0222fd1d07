"""What holds for every message, whatever is in it. A claim that fails raises AssertionError."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from time import process_time
from typing import Any

import orjson

from mqworker.brokers.fields import write_table
from mqworker.config.extractors import load_extractors
from mqworker.config.rulesfile import load_rules
from mqworker.config.schemafiles import load_schemas
from mqworker.core.addresses import read_address
from mqworker.core.cloudtrail.mapping import FREE_FORM, RAW
from mqworker.core.correlation.answer import Answer, Fill, Finding
from mqworker.core.correlation.fill import emptied, filled
from mqworker.core.correlation.replica import Replica
from mqworker.core.correlation.sighting import Sighter
from mqworker.core.deadletter import Grave, dead_letter
from mqworker.core.decode import Limits
from mqworker.core.document import serialize
from mqworker.core.extract import Extraction
from mqworker.core.message import Delivery, Event, PlainProperties, Prepared, Tag
from mqworker.core.normalize import normalize
from mqworker.core.pipeline import documents, moment_of, prepare
from mqworker.core.policy import Policy
from mqworker.core.synonyms import FIELD_OF, fold

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
LIMITS = Limits(max_body_bytes=256 * 1024)
POLICY = Policy(load_schemas(()), LIMITS, extraction=Extraction(load_extractors()))
LENIENT = Policy(POLICY.schemas, LIMITS, extraction=POLICY.extraction, on_invalid="tag")
GRAVE = Grave("eventtask")
RULES = load_rules()
SIGHTER = Sighter(RULES)

LONGEST_S = 2.0
"""Of one message of at most 256 KiB. It takes milliseconds; a shared machine may lose a second."""

DEEPEST = 20
"""Levels of a document: `index.mapping.depth.limit` of Elasticsearch."""

LONGEST_ID = 512
"""Bytes of an `_id` in Elasticsearch."""

LARGEST_FRAME = 128 * 1024
"""Bytes of a frame of AMQP that all properties of a message have to fit into."""


def delivered(body: bytes, **properties: Any) -> Delivery:
    """Return a message as a broker hands it over."""
    return Delivery(Tag(1, 1), body, PlainProperties(**properties), NOW, redelivered=True)


def claim_message(delivery: Delivery, policy: Policy = POLICY) -> Prepared:
    """Take a message every step of the worker, and hold each against what it promises."""
    began = process_time()
    prepared = prepare(delivery, policy)
    assert process_time() - began < LONGEST_S
    assert prepared == prepare(delivery, policy), "the same message, another result"
    assert prepared.events or prepared.failures
    assert len(prepared.identity.encode()) < LONGEST_ID
    for event, document in zip(prepared.events, documents(prepared, policy), strict=True):
        assert not event.failed, f"extractors failed: {event.failed}"
        assert len(document.id.encode()) <= LONGEST_ID
        assert document.index_name.startswith("events-")
        claim_document(event)
        sighting = SIGHTER.see(event, document, delivery)
        if sighting is not None:
            Replica(RULES).absorb(sighting)
    if prepared.failures:
        claim_letter(prepared)
    return prepared


def claim_document(event: Event) -> None:
    """A document is JSON on one line, as deep as is allowed; a fill leaves no trace behind."""
    source = serialize(event.fields)
    assert b"\n" not in source
    stored = orjson.loads(source)
    assert stored == event.fields
    assert depth_of(stored) <= DEEPEST
    answer: Answer = {
        position: Fill("x", "session", "e1", 1, 0)
        for position, value in enumerate(SIGHTER.stated(event.fields))
        if value is None
    }
    completed = orjson.loads(serialize(filled(event.fields, answer, RULES)))
    bare, again = emptied(completed, RULES)
    taken: dict[int, Finding] = dict(answer)
    if answer:
        assert (stored, taken) == (bare, again)


def claim_letter(prepared: Prepared) -> None:
    """A dead letter holds the original bytes, and its headers fit into a frame."""
    letter = dead_letter(prepared, prepared.failures, GRAVE, NOW)
    assert letter.body == prepared.delivery.body
    assert len(write_table(letter.properties.headers or {})) < LARGEST_FRAME


def claim_record(record: dict[str, Any]) -> None:
    """Nothing that was sent is dropped, and an event normalized again stays as it is."""
    moment = moment_of(delivered(b""), POLICY)
    before = orjson.dumps(record)
    fields, occurred = normalize(record, moment)
    assert orjson.dumps(record) == before
    there = {written(scalar) for scalar in scalars_in(fields)}
    for key, value in record.items():
        if not (occurred and FIELD_OF.get(fold(key)) == "time"):
            missing = {written(scalar) for scalar in scalars_in(value)} - there
            assert not missing, f"dropped: {missing} of {key!r}"
    # MozDef's client says `"source": null`, which stays, and `facility` would be asked again.
    if "errors" not in fields and fields["source"]:
        assert normalize(fields, moment)[0] == fields
    claim_kept(record)


def claim_kept(record: dict[str, Any]) -> None:
    """No text that was sent is dropped on the whole way, but for addresses in another spelling."""
    body = orjson.dumps(record)
    prepared = claim_message(delivered(body), LENIENT)
    if prepared.failures:
        return
    (event,) = prepared.events
    if "auditd" in event.fields["mozdef"]["plugins"]:
        return  # it corrects
    there = {written(scalar) for scalar in scalars_in(event.fields)}
    for key, value in record.items():
        if FIELD_OF.get(fold(key)) == "time":
            continue
        sent = {written(each) for each in scalars_in(value) if read_address(each) is None}
        missing = {each for each in sent - there if read_address(each.lower()) is None}
        assert not missing, f"dropped: {missing} of {key!r}"


def depth_of(value: Any) -> int:
    """Return how many objects and arrays are inside each other."""
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth_of, value), default=0)
    return 0


def scalars_in(value: Any) -> Iterator[Any]:
    """Give every scalar that says something; what was moved aside as JSON text, too."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in FREE_FORM and isinstance(inner, dict) and isinstance(inner.get(RAW), str):
                yield from scalars_of_text(inner[RAW])
            yield from scalars_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from scalars_in(inner)
    elif value is not None and value != "":
        yield value


def scalars_of_text(text: str) -> Iterator[Any]:
    """Give the scalars of JSON text."""
    try:
        yield from scalars_in(orjson.loads(text))
    except orjson.JSONDecodeError:
        return


def written(value: Any) -> str:
    """Return a scalar as text: normalizing may make text of it, in upper case, or a number."""
    text = str(value).upper()
    try:
        return str(float(text))
    except ValueError:
        return text
