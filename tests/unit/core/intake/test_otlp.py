from __future__ import annotations

import json
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)

from mqworker.core.intake.http import Plan
from mqworker.core.intake.rules import Rules
from tests.unit.core.intake.asking import asked, bodies

TRACE = "5b8efff798038103d269b633813fc60c"
PROTOBUF = "application/x-protobuf"


def text(value: str) -> dict[str, str]:
    return {"stringValue": value}


def exported(*records: Any) -> dict[str, Any]:
    resource = {
        "attributes": [
            {"key": "host.name", "value": text("web1")},
            {"key": "service.name", "value": text("shop")},
            {"key": "process.pid", "value": {"intValue": "77"}},
        ]
    }
    scope = {"scope": {"name": "shop.login"}, "logRecords": list(records)}
    return {"resourceLogs": [{"resource": resource, "scopeLogs": [scope]}]}


RECORD = {
    "timeUnixNano": "1795413524050446300",
    "observedTimeUnixNano": "1795413524050446999",
    "severityNumber": 13,
    "severityText": "WARN",
    "body": text("login failed"),
    "attributes": [
        {"key": "username", "value": text("joe")},
        {"key": "tries", "value": {"intValue": "3"}},
        {"key": "share", "value": {"doubleValue": 0.5}},
        {"key": "last", "value": {"boolValue": True}},
        {"key": "roles", "value": {"arrayValue": {"values": [text("a"), text("b")]}}},
        {"key": "geo", "value": {"kvlistValue": {"values": [{"key": "c", "value": text("DE")}]}}},
        {"key": "category", "value": text("authentication")},
    ],
}
EVENT = {
    "timestamp": 1795413524050446300,
    "message": "login failed",
    "severity": "WARNING",
    "hostname": "web1",
    "processname": "shop",
    "processid": 77,
    "logger": "shop.login",
    "category": "authentication",
    "details": {
        "username": "joe",
        "tries": 3,
        "share": 0.5,
        "last": True,
        "roles": ["a", "b"],
        "geo": {"c": "DE"},
        "severitytext": "WARN",
        "resource": {"host.name": "web1", "service.name": "shop", "process.pid": 77},
    },
}


def send(value: Any, kind: str, **rules: Any) -> Plan:
    if kind == PROTOBUF:
        body = ParseDict(value, ExportLogsServiceRequest()).SerializeToString()
    else:
        body = json.dumps(value).encode()
    return asked("POST", "/v1/logs", body, {"content-type": kind}, rules=Rules(**rules))


@pytest.mark.parametrize("kind", ["application/json", PROTOBUF, ""])
def test_a_log_record_is_the_same_event_in_either_encoding(kind: str) -> None:
    plan = send(exported(RECORD), kind)

    assert [EVENT] == bodies(plan)
    assert 200 == plan.confirmed.status
    assert (b"" if kind == PROTOBUF else b"{}") == plan.confirmed.body


@pytest.mark.parametrize("kind", ["application/json", PROTOBUF])
def test_what_a_record_does_not_say_is_not_in_the_event(kind: str) -> None:
    value = {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"severityNumber": 17}]}]}]}

    assert [{"severity": "ERROR", "message": ""} | {"details": {}}] == [
        {"message": "", "details": {}} | event for event in bodies(send(value, kind))
    ]


@pytest.mark.parametrize("kind", ["application/json", PROTOBUF])
def test_a_body_that_is_an_object_is_in_the_details_and_its_json_is_the_message(kind: str) -> None:
    held = {"kvlistValue": {"values": [{"key": "user", "value": text("joe")}]}}

    (event,) = bodies(send(exported({"body": held}), kind))

    assert '{"user":"joe"}' == event["message"]
    assert "joe" == event["details"]["user"]


@pytest.mark.parametrize("kind", ["application/json", PROTOBUF])
def test_the_records_own_id_is_the_name_of_the_message(kind: str) -> None:
    uid = {"attributes": [{"key": "log.record.uid", "value": text("01H8")}]}

    plan = send(exported(uid, {"severityText": "INFO"}), kind)

    assert ["01H8", "request-1"] == [each.properties.message_id for each in plan.events]


def test_a_bad_record_is_counted_and_pointed_at_in_the_answer() -> None:
    plan = send(exported(RECORD, 3, {"timeUnixNano": "soon"}), "application/json")

    assert 1 == len(plan.events)
    told = json.loads(plan.confirmed.body)["partialSuccess"]
    assert "2" == told["rejectedLogRecords"]
    assert "/resourceLogs/0/scopeLogs/0/logRecords/1: not an object" == told["errorMessage"]


def test_a_record_that_is_too_large_is_counted_in_protobuf_too() -> None:
    from mqworker.core.bounds import Limits

    large = {"body": text("x" * 500)}

    plan = send(exported({"body": text("a")}, large), PROTOBUF, limits=Limits(max_body_bytes=400))

    told = ExportLogsServiceResponse.FromString(plan.confirmed.body).partial_success
    assert (1, 1) == (len(plan.events), told.rejected_log_records)
    assert "400 are allowed" in told.error_message


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'{"summary":"a"}', "application/json"),
        (b'{"resourceLogs":{}}', "application/json"),
        (b"\xff\xfe\xfd", PROTOBUF),
        (b"hello", PROTOBUF),
    ],
)
def test_what_is_not_otlp_is_refused_in_the_encoding_of_the_request(body: bytes, kind: str) -> None:
    plan = asked("POST", "/v1/logs", body, {"content-type": kind})

    assert (400, kind) == (plan.confirmed.status, plan.confirmed.content_type)
    assert plan.confirmed.body
    assert (503, kind) == (plan.unconfirmed.status, plan.unconfirmed.content_type)
    assert "retry-after" in dict(plan.unconfirmed.headers)


@pytest.mark.parametrize("kind", ["application/json", PROTOBUF])
def test_nothing_is_answered_with_success(kind: str) -> None:
    plan = send({"resourceLogs": []}, kind)

    assert (200, 0) == (plan.confirmed.status, len(plan.events))


def test_a_request_of_nothing_but_empty_parts_is_refused_before_they_are_looked_at() -> None:
    for part in (b"\x0a\x00", b"\x0a\x04\x12\x02\x12\x00"):
        plan = asked("POST", "/v1/logs", part * 100_000, {"content-type": PROTOBUF})

        assert (413, 0) == (plan.confirmed.status, len(plan.events))
