from typing import Any

import orjson
import pytest

from mqworker.core.lookup import build_lookup, judge_lookup, places
from mqworker.core.message import DUPLICATE, Document

FOUND = {"found": True}
ABSENT = {"found": False}


def failed(kind: str) -> dict[str, Any]:
    return {"error": {"type": kind, "reason": "because"}}


ASKED = places([Document("e-3", "a", b"{}", ("e-1", "e-2"))])


def test_only_documents_that_may_be_elsewhere_are_asked_for() -> None:
    documents = [
        Document("e-3", "a", b"{}"),
        Document("e-3", "b", b"{}", ("e-1", "e-2")),
        Document("e-3", "c", b"{}", ("e-2",)),
    ]

    asked = places(documents)

    assert asked == [(1, "e-1", "b"), (1, "e-2", "b"), (2, "e-2", "c")]


def test_a_request_names_each_place_and_asks_for_no_source() -> None:
    body = orjson.loads(build_lookup(ASKED))

    assert body == {
        "docs": [
            {"_index": "e-1", "_id": "a", "_source": False},
            {"_index": "e-2", "_id": "a", "_source": False},
        ]
    }


@pytest.mark.parametrize(
    "results",
    [
        [FOUND, ABSENT],
        [ABSENT, FOUND],
        [failed("no_shard_available_action_exception"), FOUND],
        [FOUND, failed("no_shard_available_action_exception")],
    ],
)
def test_a_document_found_anywhere_is_a_duplicate(results: list[Any]) -> None:
    assert judge_lookup(ASKED, {"docs": results}) == {0: DUPLICATE}


@pytest.mark.parametrize("kind", ["index_not_found_exception", "index_closed_exception"])
def test_an_index_that_nobody_can_look_into_holds_nothing(kind: str) -> None:
    assert judge_lookup(ASKED, {"docs": [failed(kind), ABSENT]}) == {}


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "<html>",
        {},
        {"docs": []},
        {"docs": [ABSENT]},
        {"docs": [ABSENT, None]},
        {"docs": [ABSENT, {}]},
        {"docs": [ABSENT, failed("security_exception")]},
        {"docs": [failed("no_shard_available_action_exception"), ABSENT]},
    ],
)
def test_a_document_is_not_created_while_a_place_is_unknown(answer: Any) -> None:
    outcomes = judge_lookup(ASKED, answer)

    assert outcomes.keys() == {0}
    assert outcomes[0].status == "retry"
