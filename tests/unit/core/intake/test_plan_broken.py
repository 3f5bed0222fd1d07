"""Whatever a request holds: an answer that says what is wrong, and nothing raised."""

from __future__ import annotations

import gzip
from typing import Any

import orjson
import pytest
from google.protobuf.json_format import ParseDict
from hypothesis import example, given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from mqworker.core.decode import decode
from mqworker.core.intake.http import Plan
from mqworker.core.message import Refusal
from tests.broken_bodies import BROKEN, Broken
from tests.unit.core.intake.asking import RULES, answered, asked, captured
from tests.unit.core.intake.test_otlp import RECORD, exported

ROUTES = ("/events", "/nxlog", "/cef", "/custom/app", "/_bulk", "/i/_bulk", "/i/_doc", "/v1/logs")
EXPORTED = ParseDict(exported(RECORD, RECORD), ExportLogsServiceRequest()).SerializeToString()
REAL = [*(request.body for request in captured()), EXPORTED]
FORM = "application/x-www-form-urlencoded"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
ACTIONS = st.sampled_from(
    ['{"index":{}}', '{"create":{"_id":"1"}}', '{"delete":{"_id":"1"}}', '{"update":{}}', "", "{"]
)
KINDS = st.sampled_from(
    (
        *("", "application/json", "application/x-protobuf", "text/plain", "☃"),
        *(FORM, "multipart/mixed; boundary=x"),
    )
)
ENCODINGS = st.sampled_from(["", "gzip", "identity", "deflate", "x-gzip", "☃"])


def as_json(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:
        return repr(value).encode("utf-8", "replace")


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """What a shipper really sent, with a piece of it replaced."""
    body = draw(st.sampled_from(REAL))
    start = draw(st.integers(0, len(body)))
    end = draw(st.integers(start, min(len(body), start + 20)))
    return body[:start] + draw(st.binary(max_size=8)) + body[end:]


LINES = st.lists(JSON.map(as_json) | ACTIONS.map(str.encode), max_size=8).map(b"\n".join)
BODIES = st.binary(max_size=200) | JSON.map(as_json) | LINES | damaged() | LINES.map(gzip.compress)


def assert_sound(plan: Plan, route: str) -> None:
    """Hold a plan to what is true of every plan."""
    statuses = {200, 202} if route == "/nxlog" else {200, 201, 400, 413, 415}
    assert plan.confirmed.status in statuses
    assert plan.unconfirmed.status in (503, 0)
    for event in plan.events:
        decoded = decode(event.body, None, RULES.limits)
        assert 1 == len(decoded.items)
        assert not isinstance(decoded.items[0], Refusal)
        assert event.properties.message_id
        assert 255 >= len(event.properties.message_id.encode())
    if plan.refused:
        assert plan.confirmed.body
        assert 200_000 > len(plan.confirmed.body)
    if route == "/nxlog":
        assert plan.refused == len(plan.letters)
        assert 10_000 > len(plan.confirmed.body)


@example(route="/i/_doc", body=b"a=1", kind=FORM, encoding="", key="")
@given(route=st.sampled_from(ROUTES), body=BODIES, kind=KINDS, encoding=ENCODINGS, key=st.text())
def test_any_body_gets_an_answer_and_the_worker_can_read_what_is_published(
    route: str, body: bytes, kind: str, encoding: str, key: str
) -> None:
    headers = {"content-type": kind, "content-encoding": encoding, "idempotency-key": key}

    plan = asked("POST", route, body, headers)

    assert_sound(plan, route)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_broken_body_is_answered_with_what_is_wrong(route: str, broken: Broken) -> None:
    headers = {"content-type": broken.content_type, "content-encoding": broken.encoding}

    plan = asked("POST", route, broken.body, headers)

    assert_sound(plan, route)
    if route == "/events":
        assert plan.refused > 0
        assert broken.accepted == len(plan.events) == answered(plan)["accepted"]
        assert len(answered(plan)["error"]) > 3
