"""What real shippers sent goes in whole: each of their events becomes one message."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.core.intake.asking import Captured, answered, asked, bodies, captured

REQUESTS = list(captured())
ROUTES = ("/events", "/nxlog", "/_bulk", "/cef", "/custom/app")


def route_for(request: Captured) -> str:
    """Return where a shipper is configured to send: the recorder's own paths stand for /events."""
    path = "/" + request.path.strip("/")
    return path if path.startswith(ROUTES) and "events-" not in path else "/events"


def events_in(request: Captured) -> list[Any]:
    """Read the events of a capture in the slow and obvious way."""
    if request.text.startswith("message="):
        return [{"message": "Failed password", "host": "web1.example.com"}]
    try:
        value = json.loads(request.text)
    except ValueError:
        lines = [json.loads(line) for line in request.text.splitlines() if line.strip()]
        return lines[1::2] if route_for(request) == "/_bulk" else lines
    if isinstance(value, list):
        return value
    return [each["value"] for each in value["records"]] if "records" in value else [value]


def test_the_captures_are_of_many_shippers() -> None:
    shippers = {request.shipper.split("/")[0] for request in REQUESTS}

    assert shippers >= {
        *("beaver", "filebeat", "fluent-bit", "heka", "logstash", "mozdef_lib", "native"),
        *("nxlog", "rsyslog", "syslog-ng"),
    }


@pytest.mark.parametrize(
    "request_", REQUESTS, ids=[f"{n}-{r.shipper}" for n, r in enumerate(REQUESTS)]
)
def test_every_captured_event_becomes_a_message(request_: Captured) -> None:
    path = route_for(request_)

    plan = asked(request_.method, path, request_.body, {"content-type": "", **request_.headers})

    found = bodies(plan)
    if path != "/_bulk":
        assert {"events"} == {each.pop("endpoint") for each in found}
    assert events_in(request_) == found
    assert 200 == plan.confirmed.status
    assert len(found) == len({each.properties.message_id for each in plan.events})
    assert 0 == plan.refused
    if path == "/_bulk":
        assert not answered(plan)["errors"]
        assert len(found) == len(answered(plan)["items"])
