"""The index template in a real Elasticsearch: how it gets there, and what it does to documents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import orjson
import pytest

from mqworker.core.errors import Misconfigured
from mqworker.core.message import Document
from mqworker.sinks.elasticsearch import ElasticsearchOptions, ElasticsearchSink
from mqworker.sinks.template import VERSION, index_template
from tests.integration.elasticsearch_documents import (
    clear,
    documents,
    new_prefix,
    set_up,
    statuses,
    stored,
)
from tests.services.elasticsearch import Elasticsearch

pytestmark = pytest.mark.services


@pytest.fixture
def prefix() -> str:
    return new_prefix()


@pytest.fixture
def sink(elasticsearch: Elasticsearch, prefix: str) -> Iterator[ElasticsearchSink]:
    yield from set_up(elasticsearch, prefix)


def test_the_template_is_installed_once_and_then_left_alone(
    elasticsearch: Elasticsearch, prefix: str
) -> None:
    options = ElasticsearchOptions(urls=(elasticsearch.url,), prefix=prefix)
    with closing(ElasticsearchSink(options)) as sink:
        said = [sink.verify(), sink.verify()]
    clear(elasticsearch, prefix)

    server = f"Elasticsearch {elasticsearch.version}, index template mqworker-{prefix}"
    assert said == [f"{server} version {VERSION} installed", f"{server} version {VERSION}"]


@pytest.mark.parametrize(("found", "left"), [(VERSION - 1, VERSION), (VERSION + 1, VERSION + 1)])
def test_an_older_template_is_upgraded_and_a_newer_one_left_alone(
    elasticsearch: Elasticsearch, sink: ElasticsearchSink, prefix: str, found: int, left: int
) -> None:
    address = f"/_index_template/mqworker-{prefix}"
    elasticsearch.ask("PUT", address, index_template(prefix) | {"version": found})

    sink.verify()

    answer = elasticsearch.ask("GET", address).body
    assert answer["index_templates"][0]["index_template"]["version"] == left


def test_an_index_gets_alias_mapping_and_the_settings_that_we_depend_on(
    elasticsearch: Elasticsearch, sink: ElasticsearchSink, prefix: str
) -> None:
    sink.write(documents(prefix, 1))
    sink.write([Document(f"{prefix}-out-of-range", "a", b"{}")])

    indices = elasticsearch.ask("GET", f"/{prefix}-*").body
    assert indices.keys() == {f"{prefix}-20260214", f"{prefix}-out-of-range"}
    for each in indices.values():
        assert each["aliases"].keys() == {prefix}
        assert each["mappings"]["_meta"]["version"] == VERSION
        assert each["settings"]["index"]["translog"]["durability"] == "request"


def test_an_operator_adds_settings_by_a_component_template_of_that_name(
    elasticsearch: Elasticsearch, sink: ElasticsearchSink, prefix: str
) -> None:
    custom = {"template": {"settings": {"index.number_of_replicas": 0}}}
    elasticsearch.ask("PUT", f"/_component_template/mqworker-{prefix}@custom", custom)

    sink.write(documents(prefix, 1))

    index = elasticsearch.ask("GET", f"/{prefix}-20260214").body[f"{prefix}-20260214"]
    assert index["settings"]["index"]["number_of_replicas"] == "0"
    assert index["mappings"]["_meta"]["version"] == VERSION


def test_addresses_and_times_are_searchable_as_what_they_are(
    elasticsearch: Elasticsearch, sink: ElasticsearchSink, prefix: str
) -> None:
    fields = {
        "utctimestamp": "2026-02-14T16:48:19.035762+00:00",
        "details": {"sourceipaddress": "192.0.2.7", "eventsourceipaddress": "198.51.100.1"},
    }
    sink.write([Document(f"{prefix}-20260214", "a", orjson.dumps(fields))])
    assert stored(elasticsearch, prefix) == 1

    for query in (
        {"term": {"details.sourceipaddress": "192.0.2.0/24"}},
        {"term": {"details.eventsourceipaddress": "198.51.100.1"}},
        {"term": {"details.eventsourceipaddress.ip": "198.51.100.0/24"}},
        {"range": {"utctimestamp": {"gte": "2026-02-14", "lte": "2026-02-14"}}},
    ):
        answer = elasticsearch.ask("POST", f"/{prefix}/_count", {"query": query})
        assert (query, answer.body["count"]) == (query, 1)


def test_more_fields_than_an_index_may_have_leave_the_named_ones_searchable(
    sink: ElasticsearchSink, prefix: str
) -> None:
    flood = {"details": {f"key{n}": n for n in range(3000)}}
    later = {"summary": "after the flood", "details": {"username": "joe", "unheardof": "x"}}
    sink.write([Document(f"{prefix}-20260214", "a", orjson.dumps(flood))])

    outcomes = sink.write([Document(f"{prefix}-20260214", "b", orjson.dumps(later))])

    assert statuses(outcomes) == ["stored"]
    sink.client.indices.refresh(index=prefix)
    assert [hit["_id"] for hit in sink.search("joe", 10)] == ["b"]


def test_an_index_named_like_the_alias_is_told_before_it_does_harm(
    elasticsearch: Elasticsearch, sink: ElasticsearchSink, prefix: str
) -> None:
    elasticsearch.ask("PUT", f"/{prefix}")

    with pytest.raises(Misconfigured, match=f"named {prefix}"):
        sink.verify()
    assert statuses(sink.write(documents(prefix, 1))) == ["retry"]
    assert "invalid_alias_name_exception" in sink.complained[0]


def test_a_template_of_somebody_else_over_our_indices_is_told(
    elasticsearch: Elasticsearch, prefix: str
) -> None:
    theirs = {"index_patterns": [f"{prefix}-*"], "priority": index_template("x")["priority"]}
    elasticsearch.ask("PUT", f"/_index_template/{prefix}-theirs", theirs)
    options = ElasticsearchOptions(urls=(elasticsearch.url,), prefix=prefix)
    with closing(ElasticsearchSink(options)) as sink, pytest.raises(Misconfigured) as raised:
        sink.verify()
    elasticsearch.ask("DELETE", f"/_index_template/{prefix}-theirs")

    assert "same priority" in str(raised.value)
