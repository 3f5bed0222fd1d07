"""The sink against a server that misbehaves as no real one can be made to."""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import orjson
import pytest

from mqworker.core.errors import SinkUnavailable
from mqworker.core.message import Document
from mqworker.sinks.elasticsearch import ElasticsearchOptions, ElasticsearchSink
from tests.stubs.scripted import (
    Answer,
    Cut,
    Entry,
    Hang,
    Raw,
    Request,
    Scripted,
    bulk_created,
    json_answer,
    scripted,
)

PRODUCT = {"X-Elastic-Product": "Elasticsearch"}
BUSY = json_answer({"error": {"type": "es_rejected_execution_exception", "reason": "full"}}, 429)
TOO_LARGE = Answer(413, b"", headers=PRODUCT)
INVALID = json_answer(
    {"error": {"type": "action_request_validation_exception", "reason": "id is too long"}}, 400
)


def documents(count: int, **kwargs: Any) -> list[Document]:
    return [Document("events-20260214", f"id-{n}", b'{"n":%d}' % n, **kwargs) for n in range(count)]


@contextmanager
def connected(server: Scripted, *more: str, timeout_s: float = 5.0) -> Iterator[ElasticsearchSink]:
    options = ElasticsearchOptions(urls=(server.url, *more), timeout_s=timeout_s)
    sink = ElasticsearchSink(options)
    try:
        yield sink
    finally:
        sink.close()


def statuses(sink: ElasticsearchSink, batch: list[Document]) -> list[str]:
    return [outcome.status for outcome in sink.write(batch)]


def ids(request: Request) -> list[str]:
    return [orjson.loads(line)["create"]["_id"] for line in request.body.splitlines()[::2]]


def free_address() -> str:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{sock.getsockname()[1]}"


@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(BUSY, id="429"),
        pytest.param(Answer(503, b"", headers=PRODUCT), id="503"),
        pytest.param(Answer(502, b"<html>Bad Gateway</html>", "text/html"), id="502 of a proxy"),
        pytest.param(Answer(200, b"<html>Log in</html>", "text/html"), id="200 of a proxy"),
        pytest.param(Answer(200, b"garbage", headers=PRODUCT), id="200 and garbage"),
        pytest.param(Answer(200, b"\xff\xfe", "image/png", PRODUCT), id="200 and a picture"),
        pytest.param(Answer(200, b"", headers=PRODUCT), id="200 and nothing"),
        pytest.param(json_answer({"took": 1, "errors": False}), id="200 without items"),
        pytest.param(json_answer({"items": [{"create": {"status": 201}}]}), id="too few items"),
        pytest.param(json_answer({"items": []} | {"x": "y" * 999}), id="no items"),
        pytest.param(Answer(401, b"", headers=PRODUCT), id="401"),
        pytest.param(Answer(403, b"", headers=PRODUCT), id="403"),
        pytest.param(Answer(404, b"Not Found", "text/plain"), id="404 of a proxy"),
        pytest.param(Answer(400, b"Bad Request", "text/plain"), id="400 of a proxy"),
        pytest.param(Answer(302, b"", headers={"Location": "/login"}), id="a redirect"),
        pytest.param(json_answer({"items": [1, 2]}), id="items of numbers"),
        pytest.param(Cut(), id="cut off"),
        pytest.param(Raw(b"SSH-2.0-OpenSSH_9.2p1\r\n"), id="no HTTP"),
        pytest.param(Raw(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"), id="a broken header"),
        pytest.param(Raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz"), id="chunk"),
    ],
)
def test_an_answer_that_stores_nothing_leads_to_another_try(failure: Entry) -> None:
    with scripted() as server, connected(server) as sink:
        server.script.append(failure)

        first = sink.write(documents(2))
        second = statuses(sink, documents(2))

    assert [outcome.status for outcome in first] == ["retry", "retry"]
    assert all(outcome.reason for outcome in first)
    assert second == ["stored", "stored"]


def test_an_answer_cut_in_the_middle_stores_nothing_as_far_as_we_know() -> None:
    def half(request: Request) -> Answer:
        whole = bulk_created(request)
        return Answer(200, whole.body, headers=whole.headers, sent=len(whole.body) // 2)

    with scripted() as server, connected(server) as sink:
        server.script.append(half)

        assert statuses(sink, documents(2)) == ["retry", "retry"]


def test_a_server_that_hangs_is_given_up_after_the_time_limit() -> None:
    with scripted() as server, connected(server, timeout_s=0.2) as sink:
        server.script.append(Hang())

        outcomes = sink.write(documents(2))

    assert outcomes == [("retry", "no answer in time")] * 2


def test_nothing_is_sent_twice_while_the_worker_has_not_asked_for_it() -> None:
    with scripted() as server, connected(server) as sink:
        server.script += [BUSY, BUSY]

        sink.write(documents(2))

    assert len(server.requests) == 1


def test_a_server_that_is_not_there_leads_to_another_try() -> None:
    sink = ElasticsearchSink(ElasticsearchOptions(urls=(free_address(),), timeout_s=5))

    assert statuses(sink, documents(2)) == ["retry", "retry"]


def test_an_empty_batch_asks_the_server_nothing() -> None:
    with scripted() as server, connected(server) as sink:
        assert sink.write([]) == []

    assert server.requests == []


def test_a_node_that_is_not_there_is_passed_over_within_the_same_call() -> None:
    with scripted() as server, connected(server, free_address(), free_address()) as sink:
        seen = [statuses(sink, documents(1)) for _ in range(6)]

    assert seen == [["stored"]] * 6


def test_a_node_that_cuts_connections_is_passed_over_within_the_same_call() -> None:
    with (
        scripted() as server,
        scripted(otherwise=Cut()) as broken,
        connected(server, broken.url) as sink,
    ):
        seen = [statuses(sink, documents(1)) for _ in range(4)]

    assert seen == [["stored"]] * 4


def test_a_batch_that_is_too_large_is_divided_until_it_passes() -> None:
    def small_only(request: Request) -> Answer:
        return TOO_LARGE if len(request.body) > 200 else bulk_created(request)

    with scripted(otherwise=small_only) as server, connected(server) as sink:
        assert statuses(sink, documents(20)) == ["stored"] * 20

    taken = [name for each in server.requests if len(each.body) <= 200 for name in ids(each)]
    assert taken == [f"id-{n}" for n in range(20)]


def test_one_document_that_is_too_large_is_refused_and_no_other() -> None:
    def no_big_one(request: Request) -> Answer:
        return TOO_LARGE if b"x" * 1000 in request.body else bulk_created(request)

    batch = [*documents(6), Document("events-20260214", "big", b'{"a":"%b"}' % (b"x" * 1000))]
    with scripted(otherwise=no_big_one) as server, connected(server) as sink:
        outcomes = sink.write(batch)

    assert [outcome.status for outcome in outcomes] == ["stored"] * 6 + ["refused"]
    assert "http.max_content_length" in outcomes[-1].reason


def test_one_document_that_spoils_the_whole_request_is_found_and_refused() -> None:
    def no_long_id(request: Request) -> Answer:
        return INVALID if any(len(name) > 512 for name in ids(request)) else bulk_created(request)

    batch = [*documents(3), Document("events-20260214", "x" * 513, b"{}"), *documents(3)]
    with scripted(otherwise=no_long_id) as server, connected(server) as sink:
        outcomes = sink.write(batch)

    assert [outcome.status for outcome in outcomes] == ["stored"] * 3 + ["refused"] + ["stored"] * 3
    assert "id is too long" in outcomes[3].reason


def test_one_id_that_is_no_text_is_refused_and_no_other() -> None:
    batch = [*documents(2), Document("events-20260214", "\ud800", b"{}")]
    with scripted() as server, connected(server) as sink:
        assert statuses(sink, batch) == ["stored", "stored", "refused"]


def test_an_outage_in_the_midst_of_dividing_ends_it() -> None:
    with scripted(otherwise=Cut()) as server, connected(server) as sink:
        server.script.append(TOO_LARGE)

        assert statuses(sink, documents(64)) == ["retry"] * 64

    assert len(server.requests) == 2


def test_documents_that_may_be_elsewhere_are_looked_for_before_any_is_created() -> None:
    found = json_answer({"docs": [{"found": True}, {"found": False}]})
    batch = [
        documents(1)[0],
        Document("events-20260214", "old", b"{}", ("events-20260213",)),
        Document("events-20260214", "new", b"{}", ("events-20260213",)),
    ]
    with scripted() as server, connected(server) as sink:
        server.script.append(found)

        assert statuses(sink, batch) == ["stored", "duplicate", "stored"]

    assert [each.path.partition("?")[0] for each in server.requests] == ["/_mget", "/_bulk"]
    assert ids(server.requests[1]) == ["id-0", "new"]


@pytest.mark.parametrize("failure", [BUSY, Cut(), json_answer({"docs": []}), Answer(500)])
def test_while_a_look_elsewhere_fails_only_the_other_documents_are_created(failure: Entry) -> None:
    batch = [Document("events-20260214", "old", b"{}", ("events-20260213",)), *documents(1)]
    with scripted() as server, connected(server) as sink:
        server.script.append(failure)

        assert statuses(sink, batch) == ["retry", "stored"]


def test_many_places_are_looked_into_by_requests_of_bounded_size() -> None:
    def absent(request: Request) -> Answer:
        if not request.path.startswith("/_mget"):
            return bulk_created(request)
        asked = orjson.loads(request.body)["docs"]
        return json_answer({"docs": [{"found": each["_id"] == "id-249"} for each in asked]})

    elsewhere = tuple(f"events-2026020{day}" for day in range(1, 8))
    with scripted(otherwise=absent) as server, connected(server) as sink:
        outcomes = statuses(sink, documents(250, elsewhere=elsewhere))

    assert outcomes == ["stored"] * 249 + ["duplicate"]
    assert [each.path.partition("?")[0] for each in server.requests] == ["/_mget"] * 2 + ["/_bulk"]


def test_what_an_operator_has_to_mend_is_said_once_a_minute_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with scripted(otherwise=Answer(403, headers=PRODUCT)) as server, connected(server) as sink:
        for _ in range(5):
            sink.write(documents(2))

    told = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert len(told) == 1
    assert "403" in told[0].getMessage()


def test_a_busy_cluster_is_no_reason_to_call_an_operator(caplog: pytest.LogCaptureFixture) -> None:
    with scripted(otherwise=BUSY) as server, connected(server) as sink:
        sink.write(documents(2))

    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


def test_warnings_of_the_server_are_neither_raised_nor_logged_loudly(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def warning(request: Request) -> Answer:
        plain = bulk_created(request)
        return Answer(200, plain.body, headers=plain.headers | {"Warning": '299 ES "old"'})

    with scripted(otherwise=warning) as server, connected(server) as sink:
        assert statuses(sink, documents(1)) == ["stored"]

    assert [each for each in caplog.records if each.levelno >= logging.INFO] == []


def test_several_threads_write_at_once_and_each_gets_its_own_outcomes() -> None:
    def by_number(request: Request) -> Answer:
        even = [int(name[3:]) % 2 == 0 for name in ids(request)]
        return json_answer({"items": [{"create": {"status": 201 if e else 409}} for e in even]})

    batches = [documents(5)[n:] for n in range(5)] * 4
    seen: dict[int, list[str]] = {}
    with scripted(otherwise=by_number) as server, connected(server) as sink:

        def write(number: int) -> None:
            seen[number] = statuses(sink, batches[number])

        threads = [Thread(target=write, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    pattern = ["stored", "duplicate", "stored", "duplicate", "stored"]
    assert seen == {number: pattern[number % 5 :] for number in range(20)}


def test_bodies_are_compressed_when_that_was_asked_for() -> None:
    with scripted(otherwise=Answer(503)) as server:
        sink = ElasticsearchSink(ElasticsearchOptions(urls=(server.url,), compress=True))
        sink.write(documents(1))
        sink.close()

    assert server.requests[0].headers["content-encoding"] == "gzip"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"username": "u", "password": "p"}, "Basic dTpw"),
        ({"api_key": "a2V5OnNlY3JldA=="}, "ApiKey a2V5OnNlY3JldA=="),
        ({"api_key": "key:secret"}, "ApiKey a2V5OnNlY3JldA=="),
    ],
)
def test_credentials_are_sent_with_each_request(given: dict[str, str], expected: str) -> None:
    with scripted() as server:
        sink = ElasticsearchSink(ElasticsearchOptions(urls=(server.url,), **given))  # type: ignore[arg-type]
        sink.write(documents(1))
        sink.close()

    assert server.requests[0].headers["authorization"] == expected


def test_credentials_within_a_url_are_sent_and_never_told() -> None:
    with scripted(otherwise=Cut()) as server:
        url = server.url.replace("//", "//joe:sesame@")
        sink = ElasticsearchSink(ElasticsearchOptions(urls=(url,)))
        (outcome,) = sink.write(documents(1))
        sink.close()

    assert server.requests[0].headers["authorization"] == "Basic am9lOnNlc2FtZQ=="
    assert "sesame" not in outcome.reason


@pytest.mark.parametrize("failure", [Cut(), BUSY, Answer(503), Answer(200, b"garbage")])
def test_a_search_without_an_answer_says_that_the_store_is_unavailable(failure: Entry) -> None:
    with scripted(otherwise=failure) as server, connected(server) as sink:
        with pytest.raises(SinkUnavailable):
            sink.search("words", 10)
        with pytest.raises(SinkUnavailable):
            sink.count()
