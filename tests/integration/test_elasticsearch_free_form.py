"""What has thousands of names is one field of a real Elasticsearch, and never makes it refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from mqworker.core.free_form import DEEPEST, LONGEST_PATH, clean_free_form
from mqworker.core.message import Document
from mqworker.sinks.elasticsearch import ElasticsearchSink
from tests.integration.elasticsearch_documents import new_prefix, set_up, statuses
from tests.services.elasticsearch import Elasticsearch

pytestmark = pytest.mark.services

DAY = "20260214"


@pytest.fixture
def prefix() -> str:
    return new_prefix()


@pytest.fixture
def sink(elasticsearch: Elasticsearch, prefix: str) -> Iterator[ElasticsearchSink]:
    yield from set_up(elasticsearch, prefix)


def document(prefix: str, number: int, value: Any) -> Document:
    fields = {"summary": "x", "details": {"requestparameters": value}}
    clean_free_form(fields)
    return Document(f"{prefix}-{DAY}", f"id-{number}", orjson.dumps(fields))


def nested(levels: int) -> Any:
    return json.loads('{"a":' * levels + "1" + "}" * levels)


def test_whatever_a_sender_writes_there_is_stored(sink: ElasticsearchSink, prefix: str) -> None:
    longest = "\U0001f600"  # four bytes in UTF-8
    values = [
        *(None, "text", 7, True, "", [], ["a"], [{"a": 1}, "b"], {}, {"": 1, ".": 2, "a.b.": 3}),
        *({"a": 1}, {"a": {"b": 1}}, {"a": [1, {"b": None}]}, {"a\0b": 1}, {"raw_value": "x"}),
        *(nested(DEEPEST), nested(DEEPEST + 1), nested(40)),
        *({"a": "x" * 100_000}, {"k" * 40_000: 1}),
        {longest * (LONGEST_PATH - 1): longest * 2048},
        {longest * (LONGEST_PATH - 1): "\u20ac" * 4096},
        {longest * (LONGEST_PATH - 3): {"k": "\u20ac" * 4096}},
    ]
    sent = [document(prefix, number, value) for number, value in enumerate(values)]
    assert ["stored"] * len(values) == statuses(sink.write(sent))


def test_thousands_of_names_are_one_field_and_can_be_searched(
    elasticsearch: Elasticsearch, sink: ElasticsearchSink, prefix: str
) -> None:
    values = [{f"name{number}": {"x": f"value{number}"}} for number in range(3000)]
    sink.write([document(prefix, number, value) for number, value in enumerate(values)])

    index = elasticsearch.ask("GET", f"/{prefix}-{DAY}/_mapping").body[f"{prefix}-{DAY}"]
    assert "details.requestparameters" in index["mappings"]["properties"]
    assert [] == [name for name in index["mappings"]["properties"] if "name1" in name]
    elasticsearch.ask("POST", f"/{prefix}/_refresh")
    for field in ("details.requestparameters.name1234.x", "details.requestparameters"):
        query = {"query": {"term": {field: "value1234"}}}
        assert 1 == elasticsearch.ask("POST", f"/{prefix}/_count", query).body["count"]
