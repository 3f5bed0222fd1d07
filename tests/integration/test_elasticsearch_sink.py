"""The sink and a real Elasticsearch, each failure by a real cause."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from mqworker.core.message import Document
from mqworker.sinks.elasticsearch import ElasticsearchOptions, ElasticsearchSink
from tests.integration.elasticsearch_documents import (
    documents,
    in_threads,
    new_prefix,
    set_up,
    statuses,
    stored,
    write_until_stored,
)
from tests.services.elasticsearch import Elasticsearch

pytestmark = pytest.mark.services


@pytest.fixture
def prefix() -> str:
    return new_prefix()


@pytest.fixture
def sink(elasticsearch: Elasticsearch, prefix: str) -> Iterator[ElasticsearchSink]:
    yield from set_up(elasticsearch, prefix)


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
