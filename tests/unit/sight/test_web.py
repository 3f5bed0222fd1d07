"""The small server for watchers, and those who watch."""

import http.client
import socket
import threading
import time

import orjson
import pytest

from mqworker.core.sight.metrics import Instance
from mqworker.core.sight.state import State
from mqworker.sight import web
from mqworker.sight.web import AT_ONCE, WatchServer

WELL = Instance([State(ready=True, consuming=True)], 1)


@pytest.fixture
def serve():
    started = []

    def start(look=lambda: WELL):
        server = WatchServer(("127.0.0.1", 0), look)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        started.append((server, thread))
        start.server = server
        return server.server_address[1]

    yield start
    for server, thread in started:
        server.shutdown()
        thread.join()
        server.server_close()


def ask(port, path, method="GET"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read()
    finally:
        connection.close()


def test_metrics_are_served_as_prometheus_reads_them(serve):
    status, kind, body = ask(serve(), "/metrics?x=1")
    assert (200, "text/plain; version=0.0.4; charset=utf-8", True) == (
        status,
        kind,
        b"\nmqworker_workers 1\n" in body,
    )


@pytest.mark.parametrize("word", ["live", "ready"])
def test_what_is_well_is_200(serve, word):
    status, kind, body = ask(serve(), f"/{word}")
    assert (200, "application/json", {word: True, "reasons": []}) == (
        status,
        kind,
        orjson.loads(body),
    )


def test_what_is_not_well_is_503_with_reasons(serve):
    status, _, body = ask(serve(lambda: Instance([], 2)), "/ready")
    assert (503, {"ready": False, "reasons": ["no worker answers"]}) == (status, orjson.loads(body))


def test_head_has_no_body(serve):
    assert (200, b"") == ask(serve(), "/live", "HEAD")[::2]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/", 404), ("POST", "/metrics", 501)]
)
def test_there_is_nothing_else(serve, method, path, status):
    assert status == ask(serve(), path, method)[0]


def test_a_defect_costs_an_answer_and_not_the_server(serve):
    answers = [WELL]
    port = serve(lambda: answers.pop())  # noqa: PLW0108 - an empty list raises, once it is empty
    assert 200 == ask(port, "/live")[0]
    with pytest.raises((http.client.HTTPException, OSError)):
        ask(port, "/live")
    answers.append(WELL)
    assert 200 == ask(port, "/live")[0]


def test_those_who_say_nothing_are_few_and_not_for_long(serve, monkeypatch):
    monkeypatch.setattr(web, "WHOLE_S", 3.0)
    port = serve()
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(AT_ONCE)]
    try:
        eventually(lambda: len(serve.server.served) == AT_ONCE)
        with pytest.raises((http.client.HTTPException, OSError)):
            ask(port, "/live")
        eventually(lambda: not serve.server.served)
        assert 200 == ask(port, "/live")[0]
    finally:
        for each in silent:
            each.close()


def eventually(condition):
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)
