"""The sink against a server that misbehaves as no real one can be made to."""

import logging
from threading import Thread

import pytest

from mqworker.core.errors import SinkUnavailable
from mqworker.sinks.elasticsearch import ElasticsearchOptions, ElasticsearchSink
from tests.stubs.scripted import (
    Answer,
    Cut,
    Entry,
    Hang,
    Raw,
    Request,
    bulk_created,
    json_answer,
    scripted,
)
from tests.unit.sinks.scripted_elasticsearch import (
    BUSY,
    PRODUCT,
    connected,
    documents,
    free_address,
    ids,
    statuses,
)


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


@pytest.mark.parametrize("failure", [Cut(), BUSY, Answer(503), Answer(200, b"garbage")])
def test_a_search_without_an_answer_says_that_the_store_is_unavailable(failure: Entry) -> None:
    with scripted(otherwise=failure) as server, connected(server) as sink:
        with pytest.raises(SinkUnavailable):
            sink.search("words", 10)
        with pytest.raises(SinkUnavailable):
            sink.count()
