"""Completing documents in a real Elasticsearch, each failure by a real cause."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing

import orjson
import pytest

from mqworker.core.message import Amendment, Document, Place, Version
from mqworker.sinks.elasticsearch import ElasticsearchOptions, ElasticsearchSink
from tests.services.elasticsearch import Elasticsearch

pytestmark = pytest.mark.services


@pytest.fixture
def sink(elasticsearch: Elasticsearch) -> Iterator[ElasticsearchSink]:
    prefix = f"completion{os.urandom(6).hex()}"
    options = ElasticsearchOptions(urls=(elasticsearch.url,), prefix=prefix, timeout_s=20)
    with closing(ElasticsearchSink(options)) as sink:
        sink.setup()
        yield sink
    for name in elasticsearch.ask("GET", f"/{prefix}*/_alias?expand_wildcards=all").body:
        elasticsearch.ask("DELETE", f"/{name}")
    elasticsearch.ask("DELETE", f"/_index_template/mqworker-{prefix}")


def index_of(sink: ElasticsearchSink) -> str:
    return f"{sink.options.prefix}-20260214"


def write(sink: ElasticsearchSink, *names: str) -> dict[str, Version]:
    """Store documents; return their versions."""
    index = index_of(sink)
    outcomes = sink.write([Document(index, name, b'{"details":{"n":1}}') for name in names])
    assert ["stored"] * len(names) == [outcome.status for outcome in outcomes]
    stored = sink.fetch([Place(index, name) for name in names])
    return {name: each.version for name, each in zip(names, stored, strict=True) if each}


def amend(sink: ElasticsearchSink, versions: dict[str, Version], n: object = 2) -> list[str]:
    source = orjson.dumps({"details": {"n": n}})
    changes = [
        Amendment(Place(index_of(sink), name), source, version)
        for name, version in versions.items()
    ]
    return [outcome.status for outcome in sink.amend(changes)]


def values(sink: ElasticsearchSink, *names: str) -> list[object]:
    stored = sink.fetch([Place(index_of(sink), name) for name in names])
    return [each and each.source["details"]["n"] for each in stored]


def test_a_value_that_does_not_fit_the_mapping_is_refused_and_changes_nothing(
    elasticsearch: Elasticsearch, sink: ElasticsearchSink
) -> None:
    number = {"mappings": {"properties": {"details.n": {"type": "long"}}}}
    elasticsearch.ask("PUT", f"/{index_of(sink)}", number)
    versions = write(sink, "a", "b")

    good, bad = Place(index_of(sink), "a"), Place(index_of(sink), "b")
    outcomes = sink.amend(
        [
            Amendment(bad, b'{"details":{"n":"many"}}', versions["b"]),
            Amendment(good, b'{"details":{"n":2}}', versions["a"]),
        ]
    )

    assert ["refused", "stored"] == [outcome.status for outcome in outcomes]
    assert "400 document_parsing_exception" in outcomes[0].reason
    assert [2, 1] == values(sink, "a", "b")


def test_what_is_completed_again_and_again_is_read_in_its_last_state_without_a_refresh(
    elasticsearch: Elasticsearch, sink: ElasticsearchSink
) -> None:
    never = {"settings": {"index.refresh_interval": "-1"}}
    elasticsearch.ask("PUT", f"/{index_of(sink)}", never)
    versions = write(sink, "a")

    for n in range(2, 30):
        assert ["stored"] == amend(sink, versions, n)
        assert ["duplicate"] == amend(sink, versions, -n)
        assert [n] == values(sink, "a")
        (stored,) = sink.fetch([Place(index_of(sink), "a")])
        assert stored is not None
        versions = {"a": stored.version}


def test_an_index_that_is_gone_takes_its_documents_along(
    elasticsearch: Elasticsearch, sink: ElasticsearchSink
) -> None:
    versions = write(sink, "a")
    elasticsearch.ask("DELETE", f"/{index_of(sink)}")

    assert [None] == values(sink, "a")
    assert ["duplicate"] == amend(sink, versions)
    assert [None] == values(sink, "a")


def test_an_index_that_is_gone_and_must_not_be_made_again_takes_them_along_too(
    elasticsearch: Elasticsearch, sink: ElasticsearchSink
) -> None:
    versions = write(sink, "a")
    elasticsearch.ask("DELETE", f"/{index_of(sink)}")
    forbid_creation(elasticsearch, f"-{sink.options.prefix}*,+*")
    try:
        assert ["duplicate"] == amend(sink, versions)
        assert 404 == elasticsearch.ask("GET", f"/{index_of(sink)}").status
    finally:
        forbid_creation(elasticsearch, None)


def forbid_creation(elasticsearch: Elasticsearch, patterns: str | None) -> None:
    settings = {"persistent": {"action.auto_create_index": patterns}}
    assert 200 == elasticsearch.ask("PUT", "/_cluster/settings", settings).status


def test_a_document_of_a_closed_index_counts_as_gone(
    elasticsearch: Elasticsearch, sink: ElasticsearchSink
) -> None:
    versions = write(sink, "a")
    elasticsearch.ask("POST", f"/{index_of(sink)}/_close")

    assert [None] == values(sink, "a")
    assert ["refused"] == amend(sink, versions)


def test_an_index_that_takes_no_writes_for_now_is_waited_for(
    elasticsearch: Elasticsearch, sink: ElasticsearchSink
) -> None:
    versions = write(sink, "a")
    elasticsearch.ask("PUT", f"/{index_of(sink)}/_settings", {"index.blocks.write": True})

    assert ["retry"] == amend(sink, versions)
    assert [1] == values(sink, "a")

    elasticsearch.ask("PUT", f"/{index_of(sink)}/_settings", {"index.blocks.write": False})
    assert ["stored"] == amend(sink, versions)
