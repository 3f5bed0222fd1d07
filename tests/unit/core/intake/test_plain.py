from __future__ import annotations

import gzip

import orjson
import pytest

from mqworker.core.intake.rules import Rules
from tests.unit.core.intake.asking import answered, asked, bodies

MIXED = b'[{"n":1},3,{"n":2}]'


def test_the_answer_to_a_mixed_batch_says_which_one_failed_and_where() -> None:
    deep: object = 1
    for _ in range(30):
        deep = {"a": deep}

    plan = asked("POST", "/events", orjson.dumps([{"n": 1}, deep, "x"]))

    assert 200 == plan.confirmed.status
    assert [{"n": 1, "endpoint": "events"}] == bodies(plan)
    told = answered(plan)
    assert (1, 2) == (told["accepted"], told["refused"])
    assert [1, 2] == [each["position"] for each in told["refusals"]]
    assert told["refusals"][0]["pointer"].startswith("/a/a/a")
    assert 'not an object: "x"' == told["refusals"][1]["reason"]


def test_what_is_refused_in_a_batch_that_is_answered_with_success_is_dead_lettered() -> None:
    plan = asked("POST", "/events", b'{"n":1}\n{"n":\n{"n":2}\n')

    (letter,) = plan.letters
    assert ("", "eventtask.dead", b'{"n":') == (letter.exchange, letter.routing_key, letter.body)
    headers = letter.properties.headers
    assert headers
    assert ("decode", 2) == (headers["x-mqworker-stage"], letter.properties.delivery_mode)
    assert "line 2" in headers["x-mqworker-reason"]


@pytest.mark.parametrize(
    ("path", "body", "identity"),
    [
        ("/events", b'{"n":1}\n{"n":\n{"n":2}\n', "ab-7-1"),
        ("/nxlog", b'{"n":1}\n{"n":\n{"n":2}\n', "ab-7-1"),
        ("/nxlog", b"{", "ab-7"),
    ],
)
def test_the_dead_letters_of_a_request_that_is_sent_again_under_its_key_are_one(
    path: str, body: bytes, identity: str
) -> None:
    (letter,) = asked("POST", path, body, {"idempotency-key": '"ab-7"'}).letters

    assert letter.properties.headers
    assert identity == letter.properties.headers["x-mqworker-identity"]


def test_a_body_without_one_good_event_is_the_clients_to_mend() -> None:
    plan = asked("POST", "/events", b"[1,2]")

    assert (400, 0, 0) == (plan.confirmed.status, len(plan.events), len(plan.letters))


@pytest.mark.parametrize(
    ("path", "agent"),
    [("/nxlog", ""), ("/events/", "nxlog-ce"), ("/custom/win", "nxlog-ce"), ("/cef", "NXLog/6")],
)
@pytest.mark.parametrize("body", [b"{", b"", b"1", b"\xff\xfe", MIXED])
def test_nxlog_is_never_answered_with_what_it_would_repeat_for_ever(
    path: str, agent: str, body: bytes
) -> None:
    plan = asked("POST", path, body, {"user-agent": agent, "content-type": "text/plain"})

    assert 202 == plan.confirmed.status
    assert plan.refused == len(plan.letters) == 1
    assert body in (plan.letters[0].body, MIXED)
    assert 10_000 > len(plan.confirmed.body)
    assert 503 == plan.unconfirmed.status


def test_a_poison_body_of_nxlog_keeps_its_bytes_and_its_encoding() -> None:
    body = gzip.compress(b"rubbish")

    plan = asked("POST", "/nxlog", body, {"content-encoding": "gzip", "content-type": "text/plain"})

    letter = plan.letters[0]
    assert body == letter.body
    properties = letter.properties
    assert ("text/plain", "gzip") == (properties.content_type, properties.content_encoding)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{}" * 600, {}, 413),
        (gzip.compress(b" " * 2000 + b"{}"), {"content-encoding": "gzip"}, 413),
        (b"{}", {"content-encoding": "br"}, 415),
        (b'[{"n":1},{"n":2},{"n":3}]', {}, 413),
        (b'{"n":1}\n{"n":2}\n{"n":3}', {}, 413),
        (gzip.compress(b"{}")[:-3], {"content-encoding": "gzip"}, 400),
    ],
    ids=["large", "inflated", "brotli", "many", "many lines", "cut off"],
)
def test_what_is_too_much_or_too_strange_has_a_status_of_its_own(
    body: bytes, headers: dict[str, str], status: int
) -> None:
    rules = Rules(max_request_bytes=1000, max_request_events=2)

    plan = asked("POST", "/events", body, headers, rules=rules)

    assert (status, 0) == (plan.confirmed.status, len(plan.events))
    assert answered(plan)["error"]


@pytest.mark.parametrize(
    ("body", "kind", "events"),
    [
        (b'{\n\t"n": 1,\n\t"m": {\n\t}\n}\n', "", [{"n": 1, "m": {}}]),
        (b'\xef\xbb\xbf{"n":1}', "", [{"n": 1}]),
        (b'{"n":1}\n\n\n{"n":2}\n', "text/plain", [{"n": 1}, {"n": 2}]),
        (b'{"n":1}\r\n{"n":2}', "application/x-ndjson", [{"n": 1}, {"n": 2}]),
        (b'{"records":[{"value":{"n":1}},{"value":{"n":2}}]}', "", [{"n": 1}, {"n": 2}]),
        (b'{"records":[{"n":1}]}', "", [{"records": [{"n": 1}]}]),
        (b'{"records":[]}', "", [{"records": []}]),
        (
            b'{"streams":[{"stream":{"job":"a"},"values":[["1795413524050446300","hello"]]}]}',
            "",
            [{"job": "a", "timestamp": 1795413524050446300, "message": "hello"}],
        ),
        (
            b"message=Failed+password&host=web1",
            "application/x-www-form-urlencoded",
            [{"message": "Failed password", "host": "web1"}],
        ),
        (
            b'--b\r\nContent-Type: application/json\r\n\r\n{"n":1}\r\n--b\r\n\r\n{"n":2}\r\n--b--',
            'multipart/mixed; boundary="b"',
            [{"n": 1}, {"n": 2}],
        ),
    ],
)
def test_every_form_of_body_is_read(body: bytes, kind: str, events: list[object]) -> None:
    plan = asked("POST", "/events", body, {"content-type": kind})

    assert [{**dict(each), "endpoint": "events"} for each in events] == bodies(plan)  # type: ignore[call-overload]
    assert 200 == plan.confirmed.status


def test_the_message_says_when_it_was_received_and_by_whom() -> None:
    (event,) = asked("POST", "/events", b"{}").events

    properties = event.properties
    assert (1795413600, "application/json", "mqworker", 2) == (
        properties.timestamp,
        properties.content_type,
        properties.app_id,
        properties.delivery_mode,
    )
