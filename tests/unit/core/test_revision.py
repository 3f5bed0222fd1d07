from typing import Any

import orjson
import pytest

from mqworker.core.blame import Fault
from mqworker.core.bulk import Judgment, judge
from mqworker.core.message import Amendment, Outcome, Place, Stored
from mqworker.core.revision import build_amendments, build_retrieval, judge_retrieval

FOUND = {"found": True, "_seq_no": 7, "_primary_term": 2, "_source": {"a": 1}}
CONFLICT = {"type": "version_conflict_engine_exception", "reason": "required seqNo [0]"}


def failed(kind: str) -> dict[str, Any]:
    return {"error": {"type": kind, "reason": "because"}}


def outcomes(*items: Any) -> list[Outcome]:
    judged = judge({"items": list(items)}, len(items), 100, "index")
    assert isinstance(judged, Judgment)
    return judged.outcomes


def test_a_retrieval_names_each_document_by_index_and_id():
    body = orjson.loads(build_retrieval([Place("i", '"1"'), Place("j", "é")]))

    assert {"docs": [{"_index": "i", "_id": '"1"'}, {"_index": "j", "_id": "é"}]} == body


def test_an_amendment_names_the_version_and_sends_the_source_as_it_is():
    lines = build_amendments(
        [
            Amendment(Place("i", "1"), b'{ "a":1.50 }', (7, 2)),
            Amendment(Place("j", "2"), b"{}", (0, 1)),
        ]
    ).split(b"\n")

    actions = [
        {"index": {"_index": "i", "_id": "1", "if_seq_no": 7, "if_primary_term": 2}},
        {"index": {"_index": "j", "_id": "2", "if_seq_no": 0, "if_primary_term": 1}},
    ]
    assert actions == [orjson.loads(line) for line in lines[0:4:2]]
    assert [b'{ "a":1.50 }', b"{}", b""] == [lines[1], lines[3], lines[4]]


def test_what_is_found_is_told_with_its_version_and_what_is_not_as_none():
    missing = [
        {"found": False},
        failed("index_not_found_exception"),
        failed("index_closed_exception"),
    ]

    assert [Stored({"a": 1}, (7, 2)), None, None, None] == judge_retrieval(
        {"docs": [FOUND, *missing]}, 4
    )


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "text",
        {},
        {"docs": None},
        {"docs": [FOUND]},
        {"docs": [FOUND, FOUND, FOUND]},
        {"docs": [FOUND, 1]},
        {"docs": [FOUND, {}]},
        {"docs": [FOUND, FOUND | {"_source": "text"}]},
        {"docs": [FOUND, {key: FOUND[key] for key in FOUND if key != "_source"}]},
        {"docs": [FOUND, {key: FOUND[key] for key in FOUND if key != "_seq_no"}]},
    ],
)
def test_an_answer_that_leaves_a_document_open_says_nothing_of_any(answer: Any):
    judged = judge_retrieval(answer, 2)

    assert isinstance(judged, Fault)
    assert "no answer to a multi get request" in judged.reason


@pytest.mark.parametrize(
    "kind", ["no_shard_available_action_exception", "security_exception", "unheard_of"]
)
def test_a_document_that_can_not_be_read_now_is_not_missing(kind: str):
    assert Fault("load", f"{kind}: because") == judge_retrieval({"docs": [FOUND, failed(kind)]}, 2)


@pytest.mark.parametrize(
    ("result", "status"),
    [
        ({"status": 200}, "stored"),
        ({"status": 409, "error": CONFLICT}, "duplicate"),
        ({"status": 404, "error": failed("index_not_found_exception")["error"]}, "duplicate"),
        ({"status": 429, "error": failed("es_rejected_execution_exception")["error"]}, "retry"),
        ({"status": 503, "error": failed("unavailable_shards_exception")["error"]}, "retry"),
        ({"status": 403, "error": failed("security_exception")["error"]}, "retry"),
        ({"status": 400, "error": failed("document_parsing_exception")["error"]}, "refused"),
        ({"status": 400, "error": failed("index_closed_exception")["error"]}, "refused"),
    ],
)
def test_each_amendment_is_judged_by_its_own_answer(result: dict[str, Any], status: str):
    judged = outcomes({"index": {"status": 200}}, {"index": result})

    assert ["stored", status] == [outcome.status for outcome in judged]


def test_an_answer_to_another_action_says_nothing():
    assert ["retry"] == [outcome.status for outcome in outcomes({"delete": {"status": 200}})]
