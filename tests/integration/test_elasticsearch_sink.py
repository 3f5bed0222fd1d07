"""The sink and a real Elasticsearch, each failure by a real cause."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from threading import Thread
from typing import Any

import orjson
import pytest

from mqworker.core.errors import Misconfigured
from mqworker.core.message import Document, Outcome
from mqworker.sinks.elasticsearch import ElasticsearchOptions, ElasticsearchSink
from mqworker.sinks.template import VERSION, index_template
from tests.services import choice
from tests.services.elasticsearch import Elasticsearch
from tests.services.fixtures import _factory
from tests.services.scratch import Scratch

pytestmark = pytest.mark.services

TIGHT = """
indexing_pressure.memory.limit: 64kb
http.max_content_length: 1mb
"""


@pytest.fixture(scope="module")
def tight(_scratch: Scratch) -> Iterator[Elasticsearch]:
    """A node that takes little at once."""
    for start in _factory(choice.elasticsearch_node, _scratch):
        yield start(TIGHT)


@pytest.fixture
def prefix() -> str:
    return f"trial{os.urandom(6).hex()}"


@pytest.fixture
def sink(elasticsearch: Elasticsearch, prefix: str) -> Iterator[ElasticsearchSink]:
    yield from set_up(elasticsearch, prefix)


@pytest.fixture
def tight_sink(tight: Elasticsearch, prefix: str) -> Iterator[ElasticsearchSink]:
    yield from set_up(tight, prefix)


def set_up(node: Elasticsearch, prefix: str) -> Iterator[ElasticsearchSink]:
    options = ElasticsearchOptions(urls=(node.url,), prefix=prefix, timeout_s=20)
    with closing(ElasticsearchSink(options)) as sink:
        sink.setup()
        yield sink
    clear(node, prefix)


def clear(node: Elasticsearch, prefix: str) -> None:
    for name in node.ask("GET", f"/{prefix}*/_alias?expand_wildcards=all").body:
        node.ask("DELETE", f"/{name}")
    node.ask("DELETE", f"/_index_template/mqworker-{prefix}")
    node.ask("DELETE", f"/_component_template/mqworker-{prefix}@custom")


def documents(prefix: str, count: int, size: int = 10, first: int = 0) -> list[Document]:
    return [
        Document(f"{prefix}-20260214", f"id-{n}", orjson.dumps({"summary": "x" * size}))
        for n in range(first, first + count)
    ]


def statuses(outcomes: list[Outcome]) -> list[str]:
    return [outcome.status for outcome in outcomes]


def stored(node: Elasticsearch, prefix: str) -> int:
    node.ask("POST", f"/{prefix}-*/_refresh")
    answer = node.ask("GET", f"/{prefix}-*/_count")
    return int(answer.body["count"])


def write_until_stored(sink: ElasticsearchSink, batch: list[Document], limit_s: float) -> int:
    """Write as the worker does: what is to be retried again and again; return the retries."""
    deadline = time.monotonic() + limit_s
    retries = 0
    while batch and time.monotonic() < deadline:
        outcomes = sink.write(batch)
        assert "refused" not in statuses(outcomes)
        batch = [each for each, out in zip(batch, outcomes, strict=True) if out.status == "retry"]
        retries += len(batch)
        time.sleep(0.1 if batch else 0)
    assert batch == []
    return retries


@contextmanager
def in_threads(count: int, work: Callable[[int], Any]) -> Iterator[None]:
    """Let threads work while the block runs, and wait for them."""
    threads = [Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.join()


def dead_url() -> str:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{sock.getsockname()[1]}"


def test_a_value_that_does_not_fit_the_mapping_is_refused_and_no_other(
    elasticsearch: Elasticsearch, sink: ElasticsearchSink, prefix: str
) -> None:
    number = {"mappings": {"properties": {"details.n": {"type": "long"}}}}
    elasticsearch.ask("PUT", f"/{prefix}-20260214", number)
    bad = Document(f"{prefix}-20260214", "bad", b'{"details":{"n":"many"}}')
    good = documents(prefix, 20)

    outcomes = sink.write([*good[:10], bad, *good[10:]])

    assert statuses(outcomes) == ["stored"] * 10 + ["refused"] + ["stored"] * 10
    assert "400 document_parsing_exception" in outcomes[10].reason
    assert "details.n" in outcomes[10].reason
    assert "many" in outcomes[10].reason


def test_a_redelivered_batch_is_all_duplicates(sink: ElasticsearchSink, prefix: str) -> None:
    sink.write(documents(prefix, 50))

    assert statuses(sink.write(documents(prefix, 51))) == ["duplicate"] * 50 + ["stored"]


def test_an_id_longer_than_elasticsearch_takes_is_refused_and_no_other(
    sink: ElasticsearchSink, prefix: str
) -> None:
    long = Document(f"{prefix}-20260214", "\u00e9" * 257, b"{}")

    outcomes = sink.write([*documents(prefix, 20), long])

    assert statuses(outcomes) == ["stored"] * 20 + ["refused"]
    assert "is too long" in outcomes[-1].reason


@pytest.mark.parametrize(
    "setting",
    [
        {"index.blocks.write": True},
        {"index.blocks.read_only": True},
        {"index.blocks.read_only_allow_delete": True},
        {"index.default_pipeline": "no-such-pipeline"},
    ],
    ids=lambda setting: next(iter(setting)),
)
def test_an_index_that_takes_nothing_now_gets_its_documents_later(
    elasticsearch: Elasticsearch, sink: ElasticsearchSink, prefix: str, setting: dict[str, Any]
) -> None:
    address = f"/{prefix}-20260214/_settings"
    sink.write(documents(prefix, 1))
    elasticsearch.ask("PUT", address, setting)
    other = Document(f"{prefix}-20260215", "other", b"{}")

    blocked = sink.write([*documents(prefix, 3, first=1), other])
    elasticsearch.ask("PUT", address, dict.fromkeys(setting))
    later = sink.write(documents(prefix, 3, first=1))

    assert statuses(blocked) == ["retry"] * 3 + ["stored"]
    assert sink.complained[0] == blocked[0].reason
    assert statuses(later) == ["stored"] * 3


def test_a_closed_index_refuses_its_documents_and_takes_them_once_it_is_open(
    elasticsearch: Elasticsearch, sink: ElasticsearchSink, prefix: str
) -> None:
    sink.write(documents(prefix, 1))
    elasticsearch.ask("POST", f"/{prefix}-20260214/_close")
    other = Document(f"{prefix}-20260215", "other", b"{}", (f"{prefix}-20260214",))

    closed = sink.write([*documents(prefix, 1, first=1), other])
    elasticsearch.ask("POST", f"/{prefix}-20260214/_open")
    elasticsearch.ask("GET", f"/_cluster/health/{prefix}-20260214?wait_for_status=yellow")
    opened = sink.write(documents(prefix, 1, first=1))

    assert statuses(closed) == ["refused", "stored"]
    assert "index_closed_exception" in closed[0].reason
    assert statuses(opened) == ["stored"]


def test_an_index_without_its_shard_holds_up_no_document_of_another(
    elasticsearch: Elasticsearch, sink: ElasticsearchSink, prefix: str
) -> None:
    nowhere = {"settings": {"index.routing.allocation.require._name": "nowhere"}}
    elasticsearch.ask("PUT", f"/{prefix}-20260213?wait_for_active_shards=0", nowhere)
    waiting = Document(f"{prefix}-20260213", "waiting", b"{}")
    options = replace(sink.options, timeout_s=2.0)

    with closing(ElasticsearchSink(options)) as impatient:
        outcomes = impatient.write([waiting, *documents(prefix, 2)])

    assert statuses(outcomes) == ["retry", "stored", "stored"]
    assert "503 unavailable_shards_exception" in outcomes[0].reason


def test_an_index_that_nothing_may_create_gets_its_documents_later(
    tight: Elasticsearch, tight_sink: ElasticsearchSink, prefix: str
) -> None:
    with_settings(tight, {"action.auto_create_index": "false"})
    forbidden = tight_sink.write(documents(prefix, 2))
    with_settings(tight, {"action.auto_create_index": None})

    assert statuses(forbidden) == ["retry", "retry"]
    assert "index_not_found_exception" in tight_sink.complained[0]
    assert statuses(tight_sink.write(documents(prefix, 2))) == ["stored", "stored"]


def test_a_cluster_full_of_shards_gets_its_documents_later(
    tight: Elasticsearch, tight_sink: ElasticsearchSink, prefix: str
) -> None:
    with_settings(tight, {"cluster.max_shards_per_node": 1})
    full = tight_sink.write(documents(prefix, 2))
    with_settings(tight, {"cluster.max_shards_per_node": None})

    assert statuses(full) == ["retry", "retry"]
    assert "maximum normal shards open" in tight_sink.complained[0]
    assert statuses(tight_sink.write(documents(prefix, 2))) == ["stored", "stored"]


def with_settings(node: Elasticsearch, settings: dict[str, Any]) -> None:
    assert node.ask("PUT", "/_cluster/settings", {"persistent": settings}).status == 200


def test_a_busy_cluster_turns_documents_away_and_takes_them_later(
    tight: Elasticsearch, tight_sink: ElasticsearchSink, prefix: str
) -> None:
    retries: list[int] = []

    def write(number: int) -> None:
        for first in range(0, 200, 20):
            batch = documents(prefix, 20, 1000, first=1000 * number + first)
            retries.append(write_until_stored(tight_sink, batch, 60))

    with in_threads(8, write):
        pass

    assert sum(retries) > 0
    assert stored(tight, prefix) == 1600


def test_a_batch_that_could_never_pass_the_pressure_limit_is_divided(
    tight: Elasticsearch, tight_sink: ElasticsearchSink, prefix: str
) -> None:
    assert statuses(tight_sink.write(documents(prefix, 200, 700))) == ["stored"] * 200
    assert stored(tight, prefix) == 200


def test_a_request_above_the_content_limit_is_divided(
    tight: Elasticsearch, tight_sink: ElasticsearchSink, prefix: str
) -> None:
    assert statuses(tight_sink.write(documents(prefix, 250, 10_000))) == ["stored"] * 250
    assert stored(tight, prefix) == 250


@pytest.mark.parametrize(
    ("size", "told"),
    [(1_500_000, "http.max_content_length"), (100_000, "indexing_pressure.memory.limit")],
)
def test_a_document_that_is_too_large_for_the_cluster_is_refused_and_no_other(
    tight_sink: ElasticsearchSink, prefix: str, size: int, told: str
) -> None:
    large = Document(f"{prefix}-20260214", "large", b'{"summary":"%b"}' % (b"x" * size))

    outcomes = tight_sink.write([*documents(prefix, 3), large, *documents(prefix, 3, first=3)])

    assert statuses(outcomes) == ["stored"] * 3 + ["refused"] + ["stored"] * 3
    assert told in outcomes[3].reason


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_server_that_goes_away_and_comes_back_has_each_document_once(
    elasticsearch: Elasticsearch, sink: ElasticsearchSink, prefix: str, end: str
) -> None:
    retries: list[int] = []

    def write(number: int) -> None:
        for first in range(0, 2000, 50):
            batch = documents(prefix, 50, 100, first=10_000 * number + first)
            retries.append(write_until_stored(sink, batch, 100))
            time.sleep(0.02)

    with in_threads(3, write):
        time.sleep(0.3)
        getattr(elasticsearch, end)()
        elasticsearch.start()

    assert sum(retries) > 0
    assert stored(elasticsearch, prefix) == 6000


def test_one_node_of_two_that_is_gone_costs_no_document_another_try(
    elasticsearch: Elasticsearch, sink: ElasticsearchSink, prefix: str
) -> None:
    options = ElasticsearchOptions(urls=(dead_url(), elasticsearch.url), prefix=prefix)
    with closing(ElasticsearchSink(options)) as failing_over:
        seen = [statuses(failing_over.write(documents(prefix, 1, first=n))) for n in range(6)]

    assert seen == [["stored"]] * 6
    assert sink.count() >= 0


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
