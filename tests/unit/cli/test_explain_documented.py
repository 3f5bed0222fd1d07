"""The examples of docs/what-to-log.rst are what the worker takes."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Run

DOCUMENT = Path(__file__).parents[3] / "docs" / "what-to-log.rst"
BLOCK = re.compile(r"\.\. code-block:: json\n\n((?:    .*\n|\n)+)")
EXAMPLES = [json.loads(textwrap.dedent(text)) for text in BLOCK.findall(DOCUMENT.read_text())]
SCHEMAS = ["authentication", "authorization", "account-lifecycle", "password-key"]
SCHEMAS += ["account-activation", "application-exception"]
RECEIVED = ("--received", "2026-03-14T10:00:00Z")


def explained(mqworker: Run, events: Any) -> list[dict[str, Any]]:
    result = mqworker("explain", "--json", *RECEIVED, "-", stdin=json.dumps(events))
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize(("example", "schema"), [*zip(EXAMPLES, SCHEMAS, strict=True)])
def test_an_example_satisfies_the_schema_of_its_kind(
    mqworker: Run, example: dict[str, Any], schema: str
) -> None:
    (found,) = explained(mqworker, example)
    assert (schema, None) == (found["schema"], found["refusal"])
    event = found["event"]
    assert example == {name: event[name] for name in example if name != "details"} | {
        "details": {name: event["details"][name] for name in example["details"]},
        "timestamp": example["timestamp"],
    }


def test_the_exception_gets_user_and_address_from_its_session(mqworker: Run) -> None:
    found = explained(mqworker, EXAMPLES)
    filled = found[-1]["document"]["source"]["correlation"]["filled"]
    assert {
        ("details.username", "joe", "session"),
        ("details.sourceipaddress", "203.0.113.9", "session"),
    } == {(each["field"], each["value"], each["link"]) for each in filled}
