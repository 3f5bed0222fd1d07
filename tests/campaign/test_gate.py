from __future__ import annotations

import orjson
import pytest

from mqworker.core.bulk import CREATION, judge
from mqworker.core.message import Document
from tests.campaign.gate import LARGEST, refusal
from tests.campaign.stream import traffic


def body(count: int) -> bytes:
    documents = [Document("events-20260101", f"id{each}", b'{"a":1}') for each in range(count)]
    return CREATION.build(documents)


@pytest.mark.parametrize("mode", ["", "slow", "unanswered"])
def test_what_is_passed_on_is_not_refused(mode: str) -> None:
    assert refusal(mode, "/_bulk", body(3)) is None


@pytest.mark.parametrize("mode", ["429", "503"])
def test_a_whole_request_is_refused(mode: str) -> None:
    status, _ = refusal(mode, "/_mget", b"{}") or (0, b"")
    assert int(mode) == status


def test_every_item_of_a_bulk_request_is_refused_by_itself() -> None:
    status, text = refusal("429 by item", "/_bulk?timeout=1s", body(3)) or (0, b"")
    assert 200 == status
    outcomes = judge(orjson.loads(text), 3, 100, CREATION.action).outcomes
    assert ["retry"] * 3 == [outcome.status for outcome in outcomes]


def test_too_large_is_only_what_no_single_document_reaches() -> None:
    assert refusal("413", "/_bulk", b"x" * (LARGEST + 1)) == (413, b"")
    assert refusal("413", "/_bulk", b"x" * LARGEST) is None
    sent = traffic("run", 3, 60)
    largest = max(len(owed.body) for owed in sent.obligations.values() if owed.due == "document")
    assert largest < LARGEST / 4
