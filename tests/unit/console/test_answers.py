from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from mqworker.console.answers import attempted, failed, redirect, rendered, secured
from mqworker.console.desk import Busy
from mqworker.core.console.view import Asked, Unasked, View
from mqworker.core.errors import BrokerUnavailable, Misconfigured
from tests.pages import asked


@pytest.mark.parametrize(
    "facts",
    [
        {"a": "\ud800"},
        {"n": 2**80, "t": datetime(2026, 11, 23, tzinfo=UTC)},
        {1: {"x": b"bytes"}},
        [{"nan": float("nan")}, None],
    ],
)
def test_whatever_facts_hold_they_are_json(facts: Any) -> None:
    answer = rendered(View("x", "/", facts=facts), "", writable=False, as_json=True)

    json.loads(answer.body)
    assert "application/json" == answer.content_type


def test_a_page_that_leads_elsewhere_is_a_redirect_and_as_json_is_not() -> None:
    view = View("x", "/", facts={"a": 1}, location="/job?queue=q")

    assert ("location", "/job?queue=q") in rendered(view, "", writable=False, as_json=False).headers
    assert 200 == rendered(view, "", writable=False, as_json=True).status


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (Unasked("since: expected"), 400, "since: expected"),
        (Busy("wait"), 409, "wait"),
        (Misconfigured("amqp://u:secret@h/ refuses"), 500, "amqp://u:***@h/ refuses"),
        (BrokerUnavailable("amqp://u:secret@h/"), 503, "A service does not answer"),
    ],
)
def test_what_goes_wrong_is_a_page_that_tells_no_password(
    error: Exception, status: int, words: str
) -> None:
    def maker(_asked: Asked) -> View:
        raise error

    view = attempted(maker, asked())
    assert isinstance(view, View)
    answer = rendered(view, "", writable=False, as_json=False)
    assert (status, True) == (answer.status, words in answer.body.decode())
    assert b"secret" not in answer.body


@pytest.mark.parametrize("answer", [failed(404, "none"), redirect("/")])
def test_every_answer_can_be_secured(answer: Any) -> None:
    names = {name for name, _ in secured(answer).headers}

    assert {"content-security-policy", "x-content-type-options", "cache-control"} <= names
