from __future__ import annotations

import gzip
from typing import Any

import orjson
import pytest

from mqworker.core.bounds import Limits
from mqworker.core.intake.http import HANG_UP
from mqworker.core.intake.rules import Rules
from tests.unit.core.intake.asking import answered, asked, bodies


def bulk(body: bytes | str, path: str = "/_bulk", **headers: str) -> tuple[list[Any], Any]:
    """Return the events of a bulk request, and its answer."""
    plan = asked("POST", path, body, {k.replace("_", "-"): v for k, v in headers.items()})
    return bodies(plan), answered(plan)


def items(answer: Any) -> list[tuple[str, str, Any, int]]:
    """Return action, index, ID and status of each item."""
    return [
        (verb, told["_index"], told["_id"], told["status"])
        for item in answer["items"]
        for verb, told in item.items()
    ]


def test_each_item_is_answered_with_its_own_action_index_and_id() -> None:
    body = (
        '{"create":{"_index":"a","_id":"x"}}\n{"n":1}\n'
        '{"index":{"_index":"b","_id":null,"routing":null}}\n{"n":2}\n'
        '{"index":{}}\n{"n":3}\n'
    )

    events, answer = bulk(body, "/logs/_bulk")

    assert [{"n": 1}, {"n": 2}, {"n": 3}] == events
    assert [
        ("create", "a", "x", 201),
        ("index", "b", "request-1", 201),
        ("index", "logs", "request-2", 201),
    ] == items(answer)
    assert answer["errors"] is False


def test_a_bad_event_is_refused_in_its_place_and_the_others_are_taken() -> None:
    body = '{"index":{"_id":"1"}}\n{"n":1}\n{"index":{"_id":"2"}}\n{"n":\n{"index":{}}\n{"n":3}'

    events, answer = bulk(body)

    assert [{"n": 1}, {"n": 3}] == events
    assert answer["errors"] is True
    assert [201, 400, 201] == [status for *_, status in items(answer)]
    failure = answer["items"][1]["index"]["error"]
    assert "document_parsing_exception" == failure["type"]
    assert "line 4, column 6" in failure["reason"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"delete":{"_id":"1"}}', "delete is not supported"),
        ('{"update":{"_id":"1"}}\n{"doc":{}}', "update is not supported"),
        ('{"index":{}}\n[1]', "not an object"),
        ('{"index":{}}\n3', "not an object"),
    ],
)
def test_what_is_no_event_to_be_added_is_refused_alone(line: str, words: str) -> None:
    events, answer = bulk(f'{{"index":{{}}}}\n{{"n":1}}\n{line}\n{{"index":{{}}}}\n{{"n":2}}\n')

    assert [{"n": 1}, {"n": 2}] == events
    (refused,) = [told for item in answer["items"] for told in item.values() if "error" in told]
    assert words in refused["error"]["reason"]


def test_an_action_whose_document_is_missing_is_refused() -> None:
    events, answer = bulk('{"index":{}}\n{"n":1}\n{"create":{"_id":"2"}}\n')

    assert [{"n": 1}] == events
    assert [("index", 201), ("create", 400)] == [(i[0], i[3]) for i in items(answer)]


def test_a_document_is_a_document_though_it_looks_like_an_action() -> None:
    events, _ = bulk('{"index":{}}\n{"index":{}}\n{"index":{}}\n{"delete":{"_id":"1"}}\n')

    assert [{"index": {}}, {"delete": {"_id": "1"}}] == events


@pytest.mark.parametrize("gap", ["\n", "\n\n\n", "\r\n", " \n\t\n"])
def test_blank_lines_mean_nothing_wherever_they_are(gap: str) -> None:
    lines = ['{"index":{}}', '{"n":1}', '{"index":{}}', '{"n":2}']

    events, answer = bulk(gap + gap.join(lines) + gap)

    assert [{"n": 1}, {"n": 2}] == events
    assert 2 == len(answer["items"])


def test_bytes_of_a_document_are_published_as_they_are() -> None:
    document = b'{ "n" : 1.0, "big": 12345678901234567890123, "n": 2 }'

    plan = asked("POST", "/_bulk", b'{"index":{}}\n' + document + b"\n")

    assert [document] == [event.body for event in plan.events]


def test_a_compressed_body_is_read() -> None:
    body = gzip.compress(b'{"index":{}}\n{"n":1}\n')

    assert [{"n": 1}] == bulk(body, content_encoding="gzip")[0]


def test_too_deep_too_large_and_too_many_keys_are_refused_with_a_pointer() -> None:
    rules = Rules(limits=Limits(max_body_bytes=100, max_depth=2, max_keys=3))
    lines = ['{"a":{"b":{"c":1}}}', '{"a":"' + "x" * 100 + '"}', '{"a":1,"b":1,"c":1,"d":1}', "{}"]
    body = "".join(f'{{"index":{{}}}}\n{line}\n' for line in lines)

    plan = asked("POST", "/_bulk", body, rules=rules)

    reasons = [i["index"].get("error", {}).get("reason") for i in answered(plan)["items"]]
    assert reasons[0].startswith("/a/b: nested")
    assert "100 are allowed" in reasons[1]
    assert "more than 3 keys" in reasons[2]
    assert reasons[3] is None


def test_too_many_events_are_refused_as_a_whole() -> None:
    rules = Rules(max_request_events=2)

    statuses = [
        asked("POST", "/_bulk", '{"index":{}}\n{"n":1}\n' * count, rules=rules).confirmed.status
        for count in (2, 3, 1000)
    ]

    assert [200, 413, 413] == statuses


def test_who_drops_a_503_is_hung_up_on_while_the_broker_is_away_and_others_are_told() -> None:
    body = '{"index":{"_index":"events","_type":"event"}}\n{"n":1}\n'

    heka = asked("POST", "/_bulk", body, {"content-type": "", "accept": "application/json"})
    kind = {
        "content-type": "application/json; charset=utf-8",
        "accept": "*/*",
        "user-agent": "",
    }
    rsyslog = asked("POST", "/_bulk", body, kind)
    one = asked("POST", "/events/events", '{"n":1}', kind)
    others = asked("POST", "/_bulk", body, {"user-agent": ""})

    assert [HANG_UP] * 3 == [each.unconfirmed for each in (heka, rsyslog, one)]
    assert 503 == others.unconfirmed.status
    assert "retry-after" in dict(others.unconfirmed.headers)
    assert 503 == orjson.loads(others.unconfirmed.body)["status"]


def test_every_answer_says_that_it_is_elasticsearch() -> None:
    plan = asked("POST", "/_bulk", "{}")

    for answer in (plan.confirmed, plan.unconfirmed, asked("POST", "/_bulk", b"\xff").confirmed):
        assert "Elasticsearch" == dict(answer.headers)["x-elastic-product"]


@pytest.mark.parametrize("path", ["/events/events", "/i/_doc", "/i/_doc/7", "/i/_create/7"])
def test_a_single_document_is_taken_as_elasticsearch_takes_it(path: str) -> None:
    plan = asked("POST", path, b'{"n":1}\n')

    assert [{"n": 1}] == bodies(plan)
    assert 201 == plan.confirmed.status
    told = answered(plan)
    assert ("created", path.split("/")[1]) == (told["result"], told["_index"])
    assert told["_id"] == plan.events[0].properties.message_id
    assert 400 == asked("POST", path, b"{").confirmed.status
