"""What a hostile sender writes, on the worker's whole way into a real Elasticsearch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from mqworker.config.schemafiles import load_schemas
from mqworker.core.document import serialize
from mqworker.core.message import Delivery, Document, Outcome, PlainProperties, Tag
from mqworker.core.naming import Naming
from mqworker.core.pipeline import documents, prepare
from mqworker.core.policy import Policy
from mqworker.sinks.elasticsearch import ElasticsearchSink
from tests.integration.elasticsearch_documents import new_prefix, set_up, statuses
from tests.services.elasticsearch import Elasticsearch

pytestmark = pytest.mark.services

NOW = datetime(2026, 11, 28, tzinfo=UTC)
SCHEMAS = load_schemas(())
NAMES = [
    *("", ".", "..", "...", "a..b", ".a", "a.", " ", "\t", "\n", "\0", "a\0b", "*", "a*", "#", "?"),
    *("_id", "_source", "_index", "_type", "_routing", "_field_names", "_ignored", "_seq_no"),
    *("_nested_path", "_doc_count", "_tier", "_version", "_meta", "_dynamic"),
    *("__proto__", "constructor", "prototype", "toString", "$where", "${jndi:ldap://a/b}"),
    *("@timestamp", "-", "\u202e", "\U0001f600", "\ufeff", "summary", "details", "correlation"),
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


def documents_of(prefix: str, *bodies: bytes) -> list[Document]:
    """Take bodies up to their documents."""
    policy = Policy(SCHEMAS, naming=Naming(prefix))
    made = []
    for body in bodies:
        delivery = Delivery(Tag(1, 1), body, PlainProperties(), NOW)
        prepared = prepare(delivery, policy)
        assert () == prepared.failures
        for event, document in zip(prepared.events, documents(prepared, policy), strict=True):
            made.append(document._replace(source=serialize(event.fields)))
    return made


def told(sent: list[Any], outcomes: list[Outcome]) -> list[Any]:
    """Return what was not stored, and why."""
    return [
        (each, outcome.reason)
        for each, outcome in zip(sent, outcomes, strict=True)
        if outcome.status != "stored"
    ]


def test_names_of_every_kind_are_stored(sink: ElasticsearchSink, prefix: str) -> None:
    sent = [
        {"summary": f"{n} {form}", **record}
        for n, name in enumerate(NAMES)
        for form, record in enumerate(
            (
                {name: "x"},
                {"details": {name: "x"}},
                {"details": {name: {name: {name: 1}}}},
                {"details": {"a": [{name: {name: []}}]}},
            )
        )
        if form or name not in ("summary",)
    ]
    outcomes = sink.write(documents_of(prefix, *map(orjson.dumps, sent)))

    assert [] == told(sent, outcomes)


def test_values_of_every_kind_are_stored_under_one_name(
    sink: ElasticsearchSink, prefix: str
) -> None:
    sent = [
        {"summary": str(n), "details": {name: value}}
        for n, value in enumerate(VALUES)
        for name in (
            "a",
            "username",
            "sourceport",
            "sourceipaddress",
            "eventsourceipaddress",
            "requestparameters",
        )
        if not (name in ("username", "sourceport"))
    ]
    outcomes = sink.write(documents_of(prefix, *map(orjson.dumps, sent)))
    assert [] == told(sent, outcomes)


def test_final(sink: ElasticsearchSink, prefix: str) -> None:
    sent = [
        {"summary": f"{n}", "customendpoint": True, name: "x"}
        for n, name in enumerate(NAMES)
        if name not in ("summary", "details")
    ]
    outcomes = sink.write(documents_of(prefix, *map(orjson.dumps, sent)))
    assert [] == told(sent, outcomes)


def test_long(sink: ElasticsearchSink, prefix: str) -> None:
    sent = [
        {"summary": f"{n}", "details": {"k" * n: v}}
        for n in (1000, 10000, 32000, 33000, 70000, 1000000)
        for v in (1, "x" * 9000)
    ]
    outcomes = sink.write(documents_of(prefix, *map(orjson.dumps, sent)))
    assert [] == [(len(orjson.dumps(a)), b[:200]) for a, b in told(sent, outcomes)]
