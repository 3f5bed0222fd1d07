from contextlib import closing

import orjson
import pytest

from benchmarks.drain.events import generate
from benchmarks.drain.sinks import Stub, stub
from mqworker.core.bulk import build, judge
from mqworker.core.message import STORED, Document
from mqworker.sinks.elasticsearch import ElasticsearchOptions, ElasticsearchSink
from tests.services.web import ask

BODIES = list(generate(1200))


def documents(first: int, last: int) -> list[Document]:
    return [Document("events-20260314", f"d{n}", BODIES[n]) for n in range(first, last)]


@pytest.fixture(scope="module")
def _running():
    with stub() as running:
        yield running


@pytest.fixture
def sink(_running: Stub) -> Stub:
    _running.reset()
    return _running


@pytest.fixture
def client(sink: Stub):
    with closing(ElasticsearchSink(ElasticsearchOptions(urls=(sink.url,)))) as client:
        yield client


def test_the_worker_takes_it_for_an_elasticsearch_that_is_fit(client: ElasticsearchSink):
    assert "Elasticsearch 9.1.0" in client.verify()


def test_every_document_is_stored(client: ElasticsearchSink, sink: Stub):
    assert client.write(documents(0, 500)) == [STORED] * 500
    assert client.write(documents(500, 1200)) == [STORED] * 700
    counted = sink.census()
    assert (counted.documents, counted.distinct, counted.duplicates) == (1200, 1200, 0)


def test_an_event_that_comes_again_is_a_duplicate(client: ElasticsearchSink, sink: Stub):
    client.write(documents(0, 100))
    client.write(documents(90, 110))
    counted = sink.census()
    assert (counted.documents, counted.distinct, counted.duplicates) == (120, 110, 10)


def test_a_reset_forgets_everything(client: ElasticsearchSink, sink: Stub):
    client.write(documents(0, 10))
    sink.reset()
    assert sink.census().documents == 0


def test_the_time_of_an_event_is_that_of_its_first_answer(client: ElasticsearchSink, sink: Stub):
    client.write(documents(0, 2))
    first = sink.times()
    client.write(documents(0, 3))
    assert sink.times() == first | {2: sink.times()[2]}


def test_its_answer_has_an_item_for_each_document():
    body = build(documents(0, 7))
    from benchmarks.drain.stub import Count, Request, bulk

    response, _ = bulk(Request("POST", "/_bulk?filter_path=items", memoryview(body)), Count())
    answer = orjson.loads(response.partition(b"\r\n\r\n")[2])
    assert judge(answer, 7, len(body)).outcomes == [STORED] * 7


def test_what_it_does_not_know_is_not_there(sink: Stub):
    assert ask(sink.url, "GET", "/no-such-index/_doc/1").status == 404
