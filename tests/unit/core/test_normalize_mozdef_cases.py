"""MozDef's own cases, where they are present: what it gives, or should have given.

They lie in the directory that the environment variable MQWORKER_SHARED names, or in `shared`
beside this repository. `test_normalize_shipper_events` covers the same ground without them.
"""

import json
import os
from pathlib import Path

import pytest

from mqworker.core.decode import Limits, decode
from mqworker.core.errors import Refused
from mqworker.core.message import Refusal
from tests.unit.core.subset import RECEIVED, events_of, part_of, without

SHARED = os.environ.get("MQWORKER_SHARED") or Path(__file__).parents[4] / "shared"
FILE = Path(SHARED) / "cases" / "mozdef.jsonl"

SSHD = "facts in the text of sshd"
WAITING = {
    "nxlog-syslog": SSHD,
    "rsyslog-omhttp-template": SSHD,
    "rsyslog-omhttp-capture": SSHD,
    "sshd-accepted-sha256": SSHD,
    "sshd-invalid-user": SSHD,
    "syslogng-capture-keyorder": SSHD,
    "su-session": "facts in the text of su",
    "rt-flow-create": "facts in the text of a Juniper firewall",
    "rt-flow-deny": "facts in the text of a Juniper firewall",
    "filterlog-udp": "facts in the comma-separated text of pfSense",
    "auditd-gid-fix": "what auditd means by its numbers",
    "cloudtrail-via-http-events": "the user name inside CloudTrail's userIdentity",
}
"""Cases that need what an extractor reads, by name, with the reason."""

LEFT_OUT = {"vulnerability-v2"}  # an ID and an index of their own


def cases(layer, names=None):
    if not FILE.is_file():
        return []
    lines = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
    return [
        pytest.param(case, id=case["name"], marks=[] if names else marks_of(case["name"]))
        for case in lines
        if case["metadata"]["layer"] == layer and case["name"] not in LEFT_OUT
        if names is None or case["name"] in names
    ]


def marks_of(name):
    return [pytest.mark.xfail(reason=WAITING[name])] if name in WAITING else []


def with_year(value):
    text = json.dumps(value).replace("<YEAR>", str(RECEIVED.year))
    return json.loads(text)


@pytest.mark.parametrize("case", cases("worker"))
def test_a_record_gives_the_event_that_mozdef_gives_or_meant(case):
    (fields,) = events_of(json.dumps(case["input"]).encode())
    expected = without(with_year(case["expected"]), case["metadata"]["ignore"])
    assert part_of(fields, expected) == expected


@pytest.mark.parametrize("case", cases("worker", WAITING))
def test_a_waiting_case_lacks_nothing_but_what_it_waits_for(case):
    (fields,) = events_of(json.dumps(case["input"]).encode())
    read_from_text = ("hostname", "type") if case["name"] == "auditd-gid-fix" else ()
    ignored = [*case["metadata"]["ignore"], "details", *read_from_text]
    expected = without(with_year(case["expected"]), ignored)
    assert part_of(fields, expected) == expected


@pytest.mark.parametrize("case", cases("amqp"))
def test_a_body_that_mozdef_lost_is_used_or_refused_with_a_reason(case):
    if "accepted" in case["expected"]:
        body = case["input"]["body"].encode()
        assert decode(body, None, Limits()).items == [json.loads(body)]
        return
    body = case["input"] if isinstance(case["input"], str) else json.dumps(case["input"])
    try:
        items = decode(body.encode(), None, Limits()).items
    except Refused as refused:
        items = [refused.refusal]
    assert all(isinstance(item, Refusal) and item.reason for item in items)


def test_every_waiting_case_is_one_that_exists():
    names = {case.id for case in cases("worker")}
    assert not names or names >= WAITING.keys()
