from __future__ import annotations

from typing import Any

import pytest

from mqworker.core.intake.publishing import Envelope, Ready
from mqworker.core.message import Failure, Refusal
from mqworker.core.replay import replayed
from mqworker.core.trace_context import carried
from tests.unit.core.intake.asking import RULES, STAMP, asked
from tests.unit.core.test_letter import letter

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
CONTEXT = {"traceparent": PARENT, "tracestate": "vendor=1"}
OTHER = "00-0af7651916cd43dd8448eb211c80319d-b7ad6b7169203332-00"


def test_a_context_is_taken_out_of_headers() -> None:
    assert CONTEXT == carried({**CONTEXT, "x-other": 1})
    assert {"traceparent": PARENT} == carried({"traceparent": PARENT})


@pytest.mark.parametrize(
    "parent",
    [
        *(None, 7, b"00", "", PARENT.upper(), PARENT + "0", PARENT + "\n", PARENT[:-1]),
        "ff" + PARENT[2:],
        "00-" + "0" * 32 + "-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-" + "0" * 16 + "-01",
    ],
)
def test_a_malformed_context_is_none(parent: Any) -> None:
    assert carried({"traceparent": parent, "tracestate": "a=1"}) == {}
    assert carried(None) == {}


@pytest.mark.parametrize("state", [7, "", "x" * 513, "ä=1"])
def test_a_malformed_state_is_left_out(state: Any) -> None:
    assert {"traceparent": PARENT} == carried({"traceparent": PARENT, "tracestate": state})


def test_a_dead_letter_and_its_replay_keep_the_context() -> None:
    dead = letter(
        Failure(0, Refusal("validate", "bad")), body=b"{}", headers=CONTEXT | {"own": "x"}
    )
    again = replayed(dead, "eventtask")

    assert CONTEXT == carried(dead.delivery.properties.headers)
    assert CONTEXT == carried(again.properties.headers)


def test_an_intake_puts_the_context_of_a_request_into_its_messages() -> None:
    made = Envelope(RULES, STAMP._replace(context=CONTEXT)).publication(Ready({}, b"{}"), 0, None)
    assert CONTEXT == made.properties.headers


def test_without_a_context_a_message_has_no_headers() -> None:
    assert asked("POST", "/events", '{"summary": "x"}').events[0].properties.headers is None


def test_a_context_of_an_event_goes_before_that_of_its_request() -> None:
    head = f'{{"create":{{"_id":"1","traceparent":"{OTHER}"}}}}'
    body = f'{head}\n{{"summary":"a"}}\n{{"create":{{}}}}\n{{"summary":"b"}}\n'
    found = asked("POST", "/_bulk", body).events

    assert [{"traceparent": OTHER}, None] == [each.properties.headers for each in found]
