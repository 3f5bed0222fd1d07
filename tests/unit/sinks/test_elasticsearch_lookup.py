"""Documents that an earlier delivery may have put into another index are looked for there first."""

import orjson
import pytest

from mqworker.core.message import Document
from tests.stubs.scripted import Answer, Cut, Entry, Request, bulk_created, json_answer, scripted
from tests.unit.sinks.scripted_elasticsearch import BUSY, connected, documents, ids, statuses


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
