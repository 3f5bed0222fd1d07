"""What a hostile sender writes, on the worker's whole way into a real Elasticsearch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from mqworker.config.schemafiles import load_schemas
from mqworker.core.document import serialize
from mqworker.core.message import Delivery, Document, PlainProperties, Tag
from mqworker.core.naming import Naming
from mqworker.core.pipeline import documents, prepare
from mqworker.core.policy import Policy
from mqworker.sinks.elasticsearch import ElasticsearchSink
from tests.integration.elasticsearch_documents import new_prefix, set_up, stored
from tests.services.elasticsearch import Elasticsearch

pytestmark = pytest.mark.services

NOW = datetime(2026, 11, 28, tzinfo=UTC)
SCHEMAS = load_schemas(())
TRIES = 10
NAMES = [
    *("", ".", "..", "...", "a..b", ".a", "a.", " ", "\t", "\n", "\0", "a\0b", "*", "a*", "#", "?"),
    *("_id", "_source", "_index", "_type", "_routing", "_field_names", "_ignored", "_seq_no"),
    *("_nested_path", "_doc_count", "_tier", "_version", "_meta", "_dynamic"),
    *("__proto__", "constructor", "prototype", "toString", "$where", "${jndi:ldap://a/b}"),
    *("@timestamp", "-", "\u202e", "\U0001f600", "\ufeff", "details", "correlation"),
    *("sourceipaddress", "sourceipaddress.x", "requestparameters.x", "../../etc/passwd"),
]
VALUES: list[Any] = [
    *(None, True, -1, 2**63 - 1, -(2**63), 2**64 - 1, 1e308, 5e-324, "", "x" * 50_000),
    *("\0", "\U0001f600" * 9000, [], {}, [[]], [[[1]], {"a": [{}]}], {"": 1}, {".": 1}, {"a.": 1}),
    *("2026-11-28", "0000-00-00", "NaN", "1e999", "{{x}}", "<script>", "a\r\nb"),
]


@pytest.fixture
def prefix() -> str:
    return new_prefix()


@pytest.fixture
def sink(elasticsearch: Elasticsearch, prefix: str) -> Iterator[ElasticsearchSink]:
    yield from set_up(elasticsearch, prefix)


def documents_of(prefix: str, *sent: dict[str, Any], **properties: Any) -> list[Document]:
    """Take events up to their documents."""
    policy = Policy(SCHEMAS, naming=Naming(prefix))
    made = []
    for each in sent:
        delivery = Delivery(Tag(1, 1), orjson.dumps(each), PlainProperties(**properties), NOW)
        prepared = prepare(delivery, policy)
        assert () == prepared.failures
        for event, document in zip(prepared.events, documents(prepared, policy), strict=True):
            made.append(document._replace(source=serialize(event.fields)))
    return made


def refused(sink: ElasticsearchSink, sent: Sequence[Document]) -> dict[str, str]:
    """Write documents until none is to be tried again; return IDs and reasons of those refused."""
    waiting, found = list(sent), {}
    for _ in range(TRIES):
        outcomes = sink.write(waiting)
        pairs = list(zip(waiting, outcomes, strict=True))
        found |= {each.id: out.reason for each, out in pairs if out.status == "refused"}
        waiting = [each for each, out in pairs if out.status == "retry"]
        if not waiting:
            return found
    raise AssertionError(outcomes)


def test_names_of_every_kind_are_stored(sink: ElasticsearchSink, prefix: str) -> None:
    forms: list[Any] = [lambda name: {name: "x"}, lambda name: {"details": {name: "x"}}]
    forms += [lambda name: {"details": {name: {name: {name: 1}}}}]
    forms += [lambda name: {"details": {"a": [{name: {name: []}}]}}]
    sent = [
        {"summary": f"{number} {name!r}", **form(name)}
        for number, form in enumerate(forms)
        for name in NAMES
    ]
    assert {} == refused(sink, documents_of(prefix, *sent))


def test_values_of_every_kind_are_stored_under_one_name(
    sink: ElasticsearchSink, prefix: str
) -> None:
    names = ("a", "sourceipaddress", "eventsourceipaddress", "requestparameters")
    sent = [
        {"summary": str(number), "details": {name: value}}
        for number, value in enumerate(VALUES)
        for name in names
    ]
    assert {} == refused(sink, documents_of(prefix, *sent))


def test_an_event_in_its_final_form_is_refused_for_its_own_names_alone(
    sink: ElasticsearchSink, prefix: str
) -> None:
    sent = [{"summary": "x", "customendpoint": True, name: "x"} for name in ("a", "", "_id", "b")]
    made = documents_of(prefix, *sent)
    reasons = refused(sink, made)

    assert [each.id for each in made[1:3]] == list(reasons)
    assert ["400"] * 2 == [reason[:3] for reason in reasons.values()]


def test_nobody_can_make_indices_of_days_that_are_far_away(
    elasticsearch: Elasticsearch, sink: ElasticsearchSink, prefix: str
) -> None:
    years = [*range(1, 9999, 400), 9999]
    events = [{"summary": str(year), "timestamp": f"{year:04}-06-01T00:00:00Z"} for year in years]
    sent = documents_of(prefix, *events)
    for year in years:
        told = f"{year:04}-06-01T00:00:00+00:00"
        event = {"summary": f"{year} told", "timestamp": told}
        sent += documents_of(prefix, event, headers={"x-mqworker-received": told})
        sent += documents_of(prefix, {"summary": f"{year} none"}, timestamp=year * 31_556_952)

    assert {} == refused(sink, sent)
    assert len(sent) == stored(elasticsearch, prefix)
    made = elasticsearch.ask("GET", f"/{prefix}-*").body.keys()
    assert made <= {f"{prefix}-out-of-range", f"{prefix}-20261128"}


def test_names_beyond_the_limit_of_fields_are_stored_and_add_no_field(
    elasticsearch: Elasticsearch, sink: ElasticsearchSink, prefix: str
) -> None:
    sent = [
        {"summary": str(first), "details": {f"{'k' * 500}{first + n}": n for n in range(500)}}
        for first in range(0, 3000, 500)
    ]
    assert {} == refused(sink, documents_of(prefix, *sent))
    name = f"{prefix}-20261128"
    index = elasticsearch.ask("GET", f"/{name}/_mapping").body[name]
    assert len(index["mappings"]["properties"]) <= 1000
