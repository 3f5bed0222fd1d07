from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.blame import Fault
from mqworker.core.bulk import Judgment, build, judge, outcome, read_answer
from mqworker.core.message import DUPLICATE, STORED, Document

TEXT = st.text(st.characters(codec="utf-8"))


def judged(answer: Any, count: int) -> Judgment:
    judgment = judge(answer, count, size=1000)
    assert isinstance(judgment, Judgment)
    return judgment


def item(status: Any, error: Any = None) -> dict[str, Any]:
    return {"create": {"status": status} | ({} if error is None else {"error": error})}


def error(kind: str, reason: str = "because") -> dict[str, str]:
    return {"type": kind, "reason": reason}


def test_a_body_is_an_action_and_a_source_per_document_each_on_a_line() -> None:
    documents = [
        Document("events-20260214", "a", b'{"n":1}'),
        Document("events-20260215", "b:0", b'{"n":2}'),
    ]

    body = build(documents)

    assert body == (
        b'{"create":{"_index":"events-20260214","_id":"a"}}\n{"n":1}\n'
        b'{"create":{"_index":"events-20260215","_id":"b:0"}}\n{"n":2}\n'
    )


@given(st.lists(st.tuples(TEXT, TEXT, st.dictionaries(TEXT, TEXT))))
def test_a_body_says_the_same_whatever_indices_ids_and_sources_hold(
    given_documents: list[tuple[str, str, dict[str, str]]],
) -> None:
    documents = [
        Document(index_name, name, orjson.dumps(fields))
        for index_name, name, fields in given_documents
    ]

    lines = [orjson.loads(line) for line in build(documents).split(b"\n")[:-1]]

    assert [line["create"] for line in lines[::2]] == [
        {"_index": index_name, "_id": name} for index_name, name, _ in given_documents
    ]
    assert lines[1::2] == [fields for _, _, fields in given_documents]


@given(st.lists(st.text(st.sampled_from('",\\\\ a\n')), max_size=4))
def test_ids_full_of_quotes_and_commas_are_told_apart(names: list[str]) -> None:
    documents = [Document("events", name, b"{}") for name in names]

    heads = [orjson.loads(line) for line in build(documents).split(b"\n")[:-1:2]]

    assert [head["create"]["_id"] for head in heads] == names


@pytest.mark.parametrize("count", [1, 2, 500])
def test_the_answer_to_a_whole_success_is_read_as_any_other(count: int) -> None:
    text = orjson.dumps({"items": [item(201)] * count})

    assert read_answer(text) == orjson.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        b'{"items":[{"create":{"status":201}},{"create":{"status":409}}]}',
        b'{"items":[{"create":{"status":201}}],"errors":false}',
        b'{"items":[{"create":{"status":201}}, {"create":{"status":201}}]}',
        b"[]",
    ],
)
def test_an_answer_that_is_anything_else_is_read_as_it_is(text: bytes) -> None:
    assert read_answer(text) == orjson.loads(text)


@pytest.mark.parametrize("text", [b'{"items":[{"create":{"status":201}}', b"<html>"])
def test_an_answer_that_is_no_json_is_not_taken_for_a_success(text: bytes) -> None:
    with pytest.raises(orjson.JSONDecodeError):
        read_answer(text)


def test_a_source_goes_out_byte_for_byte_as_it_came_in() -> None:
    source = b'{ "n" : 1.0, "n": 12345678901234567890123 }'

    assert source in build([Document("events-20260214", "a", source)]).split(b"\n")


def test_an_id_that_is_no_text_is_told_apart_by_its_type() -> None:
    with pytest.raises(TypeError):
        build([Document("events-20260214", "\ud800", b"{}")])


def test_each_document_gets_the_outcome_of_its_own_item() -> None:
    answer = {
        "items": [
            item(201),
            item(409, error("version_conflict_engine_exception")),
            item(429, error("es_rejected_execution_exception")),
            item(400, error("document_parsing_exception", "[1:2] no date")),
            item(201),
        ]
    }

    outcomes, complaint = judged(answer, 5)

    assert [each.status for each in outcomes] == [
        "stored",
        "duplicate",
        "retry",
        "refused",
        "stored",
    ]
    assert outcomes[3].reason == "400 document_parsing_exception: [1:2] no date"
    assert complaint == ""


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "<html>Welcome</html>",
        [],
        {},
        {"errors": False},
        {"items": {}},
        {"items": []},
        {"items": [item(201)]},
        {"items": [item(201)] * 3},
        {"error": error("x"), "status": 500},
    ],
)
def test_an_answer_without_an_item_for_each_document_stores_none(answer: object) -> None:
    outcomes, complaint = judged(answer, 2)

    assert [each.status for each in outcomes] == ["retry", "retry"]
    assert complaint


@pytest.mark.parametrize(
    "broken",
    [
        None,
        5,
        "x",
        [],
        {},
        {"index": {"status": 201}},
        {"create": None},
        item(None),
        item("201"),
        item([]),
    ],
)
def test_an_item_that_says_nothing_of_its_document_does_not_store_it(broken: Any) -> None:
    outcomes, _ = judged({"items": [item(201), broken]}, 2)

    assert [each.status for each in outcomes] == ["stored", "retry"]


def test_what_only_an_operator_can_mend_is_complained_about_and_tried_again() -> None:
    blocked = error("cluster_block_exception", "index [e] blocked by: [FORBIDDEN/8/index write]")

    outcomes, complaint = judged({"items": [item(201), item(403, blocked)]}, 2)

    assert [each.status for each in outcomes] == ["stored", "retry"]
    assert complaint == outcomes[1].reason


@pytest.mark.parametrize(("size", "expected"), [(30_000, Fault), (10_000, Judgment)])
def test_a_batch_none_of_which_fits_beside_itself_has_to_be_divided(
    size: int, expected: type
) -> None:
    turned_away = error(
        "es_rejected_execution_exception",
        "rejected execution of primary operation [coordinating_and_primary_bytes=30690, "
        "replica_bytes=0, all_bytes=30690, primary_operation_bytes=40056, max_primary_bytes=65536]",
    )

    judgment = judge({"items": [item(429, turned_away)] * 3}, 3, size)

    assert isinstance(judgment, expected)


def test_a_batch_of_which_a_part_was_taken_is_not_divided() -> None:
    turned_away = error("es_rejected", "primary_operation_bytes=40056, max_primary_bytes=65536]")

    judgment = judge({"items": [item(429, turned_away), item(201)]}, 2, 60_000)

    assert isinstance(judgment, Judgment)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
        lambda children: (
            st.lists(children, max_size=3)
            | st.dictionaries(
                st.sampled_from(["items", "create", "status", "error", "type", "reason"]),
                children,
                max_size=4,
            )
        ),
    ),
    st.integers(0, 3),
)
def test_any_answer_gives_one_outcome_for_each_document(answer: Any, count: int) -> None:
    outcomes, _ = judged(answer, count)

    assert len(outcomes) == count


def test_the_outcomes_of_success_are_shared_and_not_made_anew() -> None:
    outcomes, _ = judged({"items": [item(201), item(409)]}, 2)

    assert outcomes[0] is STORED
    assert outcomes[1] is DUPLICATE


@pytest.mark.parametrize(
    ("blame", "expected"),
    [("document", "refused"), ("size", "refused"), ("load", "retry"), ("operator", "retry")],
)
def test_a_document_alone_is_refused_only_for_what_it_is(blame: Any, expected: str) -> None:
    assert outcome(Fault(blame, "why")) == (expected, "why")
