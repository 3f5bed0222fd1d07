"""Completing documents, against a server that misbehaves as no real one can be made to."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest

from mqworker.core.errors import SinkUnavailable
from mqworker.core.message import Amendment, Place, Stored
from mqworker.sinks.elasticsearch import ElasticsearchOptions, ElasticsearchSink
from mqworker.sinks.elasticsearch_revisions import AT_ONCE
from tests.stubs.scripted import (
    Answer,
    Cut,
    Entry,
    Hang,
    Raw,
    Request,
    Scripted,
    json_answer,
    scripted,
)

PRODUCT = {"X-Elastic-Product": "Elasticsearch"}
BUSY = json_answer({"error": {"type": "es_rejected_execution_exception", "reason": "full"}}, 429)
TOO_MUCH = json_answer({"error": {"type": "circuit_breaking_exception", "reason": "heap"}}, 429)
OUTAGES = [
    pytest.param(BUSY, id="429"),
    pytest.param(Answer(503, b"", headers=PRODUCT), id="503"),
    pytest.param(Answer(502, b"<html>Bad Gateway</html>", "text/html"), id="502 of a proxy"),
    pytest.param(Answer(200, b"<html>Log in</html>", "text/html"), id="200 of a proxy"),
    pytest.param(Answer(200, b"garbage", headers=PRODUCT), id="200 and garbage"),
    pytest.param(json_answer({}), id="200 and nothing"),
    pytest.param(Answer(401, b"", headers=PRODUCT), id="401"),
    pytest.param(Answer(403, b"", headers=PRODUCT), id="403"),
    pytest.param(Answer(404, b"Not Found", "text/plain"), id="404 of a proxy"),
    pytest.param(Hang(), id="silence"),
    pytest.param(Cut(), id="cut off"),
    pytest.param(Raw(b"SSH-2.0-OpenSSH_9.2p1\r\n"), id="no HTTP"),
]


def places(count: int) -> list[Place]:
    return [Place("events-20260214", f"id-{n}") for n in range(count)]


def amendments(count: int) -> list[Amendment]:
    return [Amendment(place, b"{}", (n, 1)) for n, place in enumerate(places(count))]


def all_there(request: Request) -> Answer:
    """Answer as if there were each document, and each amendment came first."""
    if request.path.startswith("/_bulk"):
        count = len(request.body.splitlines()) // 2
        return json_answer({"items": [{"index": {"status": 200}}] * count})
    docs = [
        {"found": True, "_seq_no": 1, "_primary_term": 1, "_source": {"id": each["_id"]}}
        for each in orjson.loads(request.body)["docs"]
    ]
    return json_answer({"docs": docs})


@contextmanager
def connected(server: Scripted) -> Iterator[ElasticsearchSink]:
    sink = ElasticsearchSink(ElasticsearchOptions(urls=(server.url,), timeout_s=0.5))
    try:
        yield sink
    finally:
        sink.close()


def ids(documents: list[Stored | None]) -> list[Any]:
    return [each.source["id"] for each in documents if each is not None]


@pytest.mark.parametrize("outage", OUTAGES)
def test_an_outage_while_reading_is_told_and_reading_again_brings_all(outage: Entry) -> None:
    with scripted(all_there) as server, connected(server) as sink:
        server.script.append(outage)

        with pytest.raises(SinkUnavailable, match="Elasticsearch"):
            sink.fetch(places(2))
        again = sink.fetch(places(2))

    assert ["id-0", "id-1"] == ids(again)


@pytest.mark.parametrize("outage", OUTAGES)
def test_an_outage_while_replacing_leads_to_another_try(outage: Entry) -> None:
    with scripted(all_there) as server, connected(server) as sink:
        server.script.append(outage)

        first = sink.amend(amendments(2))
        second = sink.amend(amendments(2))

    assert ["retry", "retry"] == [outcome.status for outcome in first]
    assert all(outcome.reason for outcome in first)
    assert ["stored", "stored"] == [outcome.status for outcome in second]


def test_many_documents_are_read_in_several_requests_and_told_in_order() -> None:
    with scripted(all_there) as server, connected(server) as sink:
        read = sink.fetch(places(AT_ONCE + 5))

    assert [place.id for place in places(AT_ONCE + 5)] == ids(read)
    assert [AT_ONCE, 5] == [len(orjson.loads(each.body)["docs"]) for each in server.requests]


def test_an_outage_in_a_later_request_is_an_outage_of_all() -> None:
    with scripted(all_there) as server, connected(server) as sink:
        server.script += [all_there, BUSY]

        with pytest.raises(SinkUnavailable, match="429 es_rejected_execution_exception: full"):
            sink.fetch(places(AT_ONCE + 5))


def test_what_the_cluster_has_no_memory_for_at_once_is_read_in_halves() -> None:
    with scripted(all_there) as server, connected(server) as sink:
        server.script += [TOO_MUCH, all_there, TOO_MUCH]

        read = sink.fetch(places(8))

    assert [place.id for place in places(8)] == ids(read)
    assert [8, 4, 4, 2, 2] == [len(orjson.loads(each.body)["docs"]) for each in server.requests]


def test_a_document_that_the_cluster_has_no_memory_for_alone_is_an_outage() -> None:
    with (
        scripted(TOO_MUCH) as server,
        connected(server) as sink,
        pytest.raises(SinkUnavailable, match="circuit_breaking_exception"),
    ):
        sink.fetch(places(8))

    assert 4 == len(server.requests)


def test_a_batch_of_amendments_that_is_too_large_is_divided() -> None:
    with scripted(all_there) as server, connected(server) as sink:
        server.script.append(Answer(413, b"", headers=PRODUCT))

        outcomes = sink.amend(amendments(4))

    assert ["stored"] * 4 == [outcome.status for outcome in outcomes]
    assert [8, 4, 4] == [len(each.body.splitlines()) for each in server.requests]


def test_nothing_is_asked_where_nothing_is_wanted() -> None:
    with scripted(all_there) as server, connected(server) as sink:
        assert ([], []) == (sink.fetch([]), sink.amend([]))

    assert [] == server.requests
