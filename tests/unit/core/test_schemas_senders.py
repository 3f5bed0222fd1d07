"""Events of real senders satisfy the schemas that their categories select."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mqworker.config.schemafiles import load_schemas
from mqworker.core.addresses import clean_addresses
from mqworker.core.normalize import Moment, normalize

SCHEMAS = load_schemas()
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SHARED = Path(os.environ.get("MQWORKER_SHARED", Path(__file__).parents[4] / "shared"))

SENDERS: list[tuple[str, str, dict[str, Any]]] = [
    (
        "nxlog on Windows",
        "authentication",
        {"EventTime": "2021-04-05 12:11:15", "Hostname": "WIN1.example.com", "EventID": 4625}
        | {"Keywords": -9218868437227405312, "EventType": "AUDIT_FAILURE", "SeverityValue": 4}
        | {"Severity": "ERROR", "SourceName": "Microsoft-Windows-Security-Auditing"}
        | {"Task": 12544, "ProcessID": 660, "Channel": "Security", "Category": "Logon"}
        | {"Message": "An account failed to log on.\r\n\r\nSubject:\r\n\tSecurity ID:\t\tS-1-0-0"}
        | {"TargetUserName": "joe", "Domain": "EXAMPLE", "IpAddress": "-", "IpPort": "-"}
        | {"SourceModuleType": "im_msvistalog"},
    ),
    (
        "beaver with sshd's log",
        "authentication",
        {"category": ["authentication"], "tags": ["auth", "sshd"], "@version": 1, "type": "syslog"}
        | {"@timestamp": "2026-11-23T05:58:48.597Z", "host": "web1", "file": "/var/log/auth.log"}
        | {"message": "Nov 23 05:48:44 web1 sshd[1234]: Failed password for joe from 203.0.113.9"},
    ),
    (
        "an application by MozDef's document",
        "authentication",
        {"timestamp": "2014-02-14T11:48:19.035762-05:00", "hostname": "somemachine"}
        | {"processname": "/path/to/your/program.exe", "processid": 3380, "severity": "INFO"}
        | {"summary": "joe login failed", "category": "authentication", "source": "ldap"}
        | {"tags": ["ldap", "adminAccess", "failure"]}
        | {"details": {"username": "joe", "result": "10 failures in a row", "success": False}},
    ),
    (
        "syslog-ng",
        "event",
        {"CATEGORY": "syslog", "DATE": "Nov 23 03:48:44", "FACILITY": "auth", "HOST": "web1"}
        | {"MESSAGE": "Failed password for joe", "PID": "1234", "PRIORITY": "crit"}
        | {"PROGRAM": "sshd", "SOURCE": "s_5424", "SOURCEIP": "127.0.0.1", "TAGS": ".source.s"},
    ),
    (
        "rsyslog without a process ID",
        "event",
        {"timestamp": "2026-11-23T03:48:44+00:00", "hostname": "web1", "processid": "-"}
        | {"summary": "x", "severity": "crit", "facility": "auth", "type": "syslog"},
    ),
    (
        "Heka",
        "event",
        {"Uuid": "0f", "Timestamp": 1395000000000000000, "Type": "brointel", "Logger": "bro"}
        | {"Severity": 7, "Payload": "", "Pid": 0, "Hostname": "h", "EnvVersion": ""},
    ),
    ("somebody who says nothing", "event", {}),
    ("mozdef_client", "event", {"source": None, "category": None, "summary": "x", "details": {}}),
]


def canonical(record: dict[str, Any]) -> dict[str, Any]:
    fields, _ = normalize(record, Moment(NOW, None, "worker1", UTC))
    clean_addresses(fields)
    return fields


@pytest.mark.parametrize(
    ("schema", "record"), [sender[1:] for sender in SENDERS], ids=[sender[0] for sender in SENDERS]
)
def test_what_real_senders_send_is_valid(schema: str, record: dict[str, Any]) -> None:
    assert schema == SCHEMAS.validate(canonical(record))


def test_all_that_shippers_were_seen_to_send_is_valid() -> None:
    files = sorted((SHARED / "captures").glob("*/*.json"))
    if not files:
        pytest.skip("set MQWORKER_SHARED to the directory of the captures")
    refused = [
        (path.name, error.reason)
        for path in files
        for record in records(json.loads(path.read_text()))
        for error in SCHEMAS.errors(canonical(record))
    ]
    assert [] == refused


def records(capture: Any) -> Iterator[dict[str, Any]]:
    for body in bodies(capture):
        for line in [body, *body.splitlines()]:
            try:
                parsed = json.loads(line)
            except ValueError:
                continue
            several = parsed if isinstance(parsed, list) else [parsed]
            yield from (record for record in several if isinstance(record, dict))


def bodies(capture: Any) -> Iterator[str]:
    if isinstance(capture, dict):
        yield from (v for k, v in capture.items() if k == "body_text" and isinstance(v, str))
    if isinstance(capture, dict | list):
        for below in capture.values() if isinstance(capture, dict) else capture:
            yield from bodies(below)
