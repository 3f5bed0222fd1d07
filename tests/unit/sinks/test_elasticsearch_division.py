"""Batches that fail as a whole are divided until what is to blame stands alone."""

from mqworker.core.message import Document
from tests.stubs.scripted import Answer, Cut, Request, bulk_created, json_answer, scripted
from tests.unit.sinks.scripted_elasticsearch import PRODUCT, connected, documents, ids, statuses

TOO_LARGE = Answer(413, b"", headers=PRODUCT)
INVALID = json_answer(
    {"error": {"type": "action_request_validation_exception", "reason": "id is too long"}}, 400
)


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
