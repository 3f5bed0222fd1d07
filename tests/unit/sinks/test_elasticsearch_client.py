"""The connection: which node is asked, what goes with a request, and what is said of it."""

import logging

import pytest

from mqworker.sinks.elasticsearch import ElasticsearchOptions, ElasticsearchSink
from tests.stubs.scripted import Answer, Cut, Request, bulk_created, scripted
from tests.unit.sinks.scripted_elasticsearch import connected, documents, free_address, statuses


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


def test_warnings_of_the_server_are_neither_raised_nor_logged_loudly(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def warning(request: Request) -> Answer:
        plain = bulk_created(request)
        return Answer(200, plain.body, headers=plain.headers | {"Warning": '299 ES "old"'})

    with scripted(otherwise=warning) as server, connected(server) as sink:
        assert statuses(sink, documents(1)) == ["stored"]

    assert [each for each in caplog.records if each.levelno >= logging.INFO] == []


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
