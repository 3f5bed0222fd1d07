"""MozDef's own behaviour over HTTP, as far as shippers rely on it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.unit.core.intake.asking import asked, bodies
from tests.unit.core.subset import part_of

SHARED = Path(os.environ.get("MQWORKER_SHARED") or Path(__file__).parents[5] / "shared")
CASES = SHARED / "cases" / "mozdef.jsonl"

OURS: list[dict[str, Any]] = [
    {
        "name": "put-with-a-form-content-type",
        "input": {"method": "PUT", "path": "/events", "body": '{"summary":"a"}'},
        "metadata": {"content_type": "application/x-www-form-urlencoded"},
        "expected": {"status": 200, "published": [{"summary": "a", "endpoint": "events"}]},
    },
    {
        "name": "nxlog-is-events",
        "input": {"method": "POST", "path": "/nxlog/", "body": '{"Message":"a"}'},
        "expected": {"status": 200, "published": [{"Message": "a", "endpoint": "events"}]},
    },
    {
        "name": "cef",
        "input": {"method": "PUT", "path": "/cef/", "body": '{"x":1}'},
        "expected": {"status": 200, "published": [{"x": 1, "endpoint": "cef"}]},
    },
    {
        "name": "custom-with-a-slash",
        "input": {"method": "POST", "path": "/custom/app/", "body": '{"x":1,"endpoint":"mine"}'},
        "expected": {
            "status": 200,
            "published": [{"x": 1, "endpoint": "app", "customendpoint": True}],
        },
    },
    {
        "name": "bulk-takes-an-array",
        "input": {"method": "POST", "path": "/_bulk/", "body": '[{"x":1},{"x":2}]'},
        "expected": {"status": 200, "published": [{"x": 1}, {"x": 2}]},
    },
    {
        "name": "bulk-keeps-an-event-with-a-key-index",
        "input": {"method": "POST", "path": "/_bulk", "body": '[{"index":"a"},{"index":{"b":1}}]'},
        "expected": {"status": 200, "published": [{"index": "a"}, {"index": {"b": 1}}]},
    },
    {
        "name": "bulk-takes-lines-without-actions",
        "input": {"method": "POST", "path": "/_bulk", "body": '{"x":1}\n{"x":2}\n'},
        "expected": {"status": 200, "published": [{"x": 1}, {"x": 2}]},
    },
    {
        "name": "bulk-takes-create",
        "input": {"method": "POST", "path": "/_bulk", "body": '{"create":{}}\n{"x":1}\n'},
        "expected": {"status": 200, "published": [{"x": 1}]},
    },
    {
        "name": "empty-bulk",
        "input": {"method": "POST", "path": "/_bulk", "body": ""},
        "expected": {"status": 200, "published": []},
    },
    {
        "name": "bad-json",
        "input": {"method": "POST", "path": "/events", "body": '{"x":'},
        "expected": {"status": 400, "published": []},
    },
    {
        "name": "empty-body",
        "input": {"method": "POST", "path": "/events", "body": ""},
        "expected": {"status": 400, "published": []},
    },
    {
        "name": "array-to-events",
        "input": {"method": "POST", "path": "/events", "body": '[{"x":1},{"x":2}]'},
        "expected": {
            "status": 200,
            "published": [{"x": 1, "endpoint": "events"}, {"x": 2, "endpoint": "events"}],
        },
    },
    {
        "name": "get-events",
        "input": {"method": "GET", "path": "/events", "body": ""},
        "expected": {"status": 405, "published": []},
    },
    {
        "name": "status",
        "input": {"method": "GET", "path": "/status/", "body": ""},
        "expected": {
            "status": 200,
            "published": [],
            "response_json": {"status": "ok", "service": "loginput"},
        },
    },
    {
        "name": "test",
        "input": {"method": "GET", "path": "/test", "body": ""},
        "expected": {"status": 200, "published": []},
    },
]


def shared_cases() -> list[dict[str, Any]]:
    """Return the cases of layer http that lie beside the checkout, where they do."""
    if not CASES.exists():
        return []
    cases = [json.loads(line) for line in CASES.read_text().splitlines() if line.strip()]
    return [case for case in cases if case["metadata"]["layer"] == "http"]


@pytest.mark.parametrize("case", [*OURS, *shared_cases()], ids=lambda case: case["name"])
def test_a_case_is_answered_and_published_as_it_says(case: dict[str, Any]) -> None:
    given, expected = case["input"], case["expected"]
    kind = case.get("metadata", {}).get("content_type", "application/json")

    plan = asked(given["method"], given["path"], given["body"], {"content-type": kind})

    assert expected["status"] == plan.confirmed.status
    wanted = [each.get("body", each) for each in expected["published"]]
    found = bodies(plan)
    assert wanted == [part_of(*pair) for pair in zip(found, wanted, strict=True)]
    if "response_json" in expected:
        told = json.loads(plan.confirmed.body)
        assert expected["response_json"].items() <= told.items()
    assert {"eventtask"} >= {each.exchange for each in plan.events}
    assert {"eventtask"} >= {each.routing_key for each in plan.events}
