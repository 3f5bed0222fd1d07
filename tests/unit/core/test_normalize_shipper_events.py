"""What shippers send, and the events that it becomes."""

import json
from pathlib import Path

import pytest

from tests.unit.core.subset import events_of, part_of

DATA = Path(__file__).parents[2] / "data"
CASES = [json.loads(line) for line in (DATA / "shipper-events.jsonl").read_text().splitlines()]


def records_in(value):
    """Find the bodies in a capture that are events, not pieces of another protocol."""
    if isinstance(value, list):
        return [record for inner in value for record in records_in(inner)]
    if not isinstance(value, dict):
        return []
    body = value.get("body_text") or ""
    if body.startswith(("{", "[")) and not body.startswith(('{"index"', '{"create"', '{"records"')):
        return [body]
    return [record for inner in value.values() for record in records_in(inner)]


CAPTURED = [
    pytest.param(body, id=f"{file.parent.name}-{file.stem}-{number}")
    for file in sorted((DATA / "captures").glob("*/*.json"))
    for number, body in enumerate(records_in(json.loads(file.read_text("utf-8"))))
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_shippers_record_gives_the_event_that_it_means(case):
    (fields,) = events_of(json.dumps(case["input"]).encode())
    assert part_of(fields, case["expected"]) == case["expected"]


@pytest.mark.parametrize("body", CAPTURED)
def test_what_a_shipper_really_sent_gives_events_with_summary_and_time(body):
    for fields in events_of(body.encode()):
        assert fields["summary"] not in ("UNKNOWN", "")
        assert fields["utctimestamp"] != "1970-01-01T00:00:00+00:00"
        assert "errors" not in fields


def test_there_are_captures_of_every_shipper():
    shippers = {param.id.split("-")[0] for param in CAPTURED}
    assert shippers >= {"beaver", "kombu", "logstash", "native", "nxlog", "rsyslog", "syslog"}
