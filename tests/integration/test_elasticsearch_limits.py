"""The sink and a cluster that takes little: requests, documents, memory, shards, new indices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mqworker.core.message import Document
from mqworker.sinks.elasticsearch import ElasticsearchSink
from tests.integration.elasticsearch_documents import (
    documents,
    in_threads,
    new_prefix,
    set_up,
    statuses,
    stored,
    write_until_stored,
)
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
    return new_prefix()


@pytest.fixture
def tight_sink(tight: Elasticsearch, prefix: str) -> Iterator[ElasticsearchSink]:
    yield from set_up(tight, prefix)


def with_settings(node: Elasticsearch, settings: dict[str, Any]) -> None:
    assert node.ask("PUT", "/_cluster/settings", {"persistent": settings}).status == 200


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
