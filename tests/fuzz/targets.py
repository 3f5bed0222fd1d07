"""What is fuzzed: each target takes bytes, and raises nothing but AssertionError for a defect."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final

from mqworker.brokers.fields import LONGEST_SHORT, read_table, write_table
from mqworker.core.intake.http import Request, Stamp
from mqworker.core.intake.plan import plan
from mqworker.core.intake.routes import route_of
from mqworker.core.intake.rules import Rules
from tests.fuzz.choices import Choices
from tests.fuzz.claims import (
    LENIENT,
    LIMITS,
    NOW,
    POLICY,
    claim_message,
    claim_record,
    delivered,
)

PROGRAMS = (
    *("sshd", "sshd-session", "sudo", "su", "login", "fail2ban", "rt_flow", "filterlog", "UNKNOWN"),
    *("app", "auditd", "ldap", "-", ""),
)
ENCODINGS = (None, "gzip", "utf-8", "deflate")
PATHS = (
    *("/events", "/nxlog", "/cef", "/custom/app", "/_bulk", "/i/_bulk", "/i/_doc", "/i/_doc/1"),
    *("/i/_create/1", "/v1/logs", "/", "/_cluster/health", "/status", "/i"),
)
KINDS = (
    *("application/json", "application/x-ndjson", "application/x-protobuf", ""),
    *("application/x-www-form-urlencoded", "multipart/mixed; boundary=x", "text/plain"),
)
AGENTS = ("", "nxlog", "curl/8")
INTAKE = Rules(limits=LIMITS, max_request_bytes=256 * 1024, max_request_events=200)


def message(data: bytes) -> None:
    """A body of a message, as it came."""
    choices = Choices(data)
    encoding, policy = choices.one(ENCODINGS), choices.one((POLICY, LENIENT))
    claim_message(delivered(choices.rest(), content_encoding=encoding), policy)


def record(data: bytes) -> None:
    """A record made of names and values that mean something."""
    claim_record(Choices(data).record())


def line(data: bytes) -> None:
    """A line of a program that an extractor knows."""
    choices = Choices(data)
    program = choices.one(PROGRAMS)
    text = choices.rest().decode(errors="replace")
    claim_record({"processname": program, "summary": text, "hostname": "web1"})


def request(data: bytes) -> None:
    """A request to the intake; what it takes the worker can decode."""
    choices = Choices(data)
    path, kind, agent = choices.one(PATHS), choices.one(KINDS), choices.one(AGENTS)
    encoding, method = choices.one(("", "gzip", "br")), choices.one(("POST", "PUT", "GET", "HEAD"))
    route = route_of(path, method)
    if route is None or method not in route.methods:
        return
    headers = {"content-type": kind, "user-agent": agent, "content-encoding": encoding}
    asked = Request(method, path, headers, choices.rest())
    planned = plan(asked, route, INTAKE, Stamp("request", NOW), ready=True)
    assert planned.confirmed.status < 500
    for event in planned.events:
        prepared = claim_message(delivered(event.body, message_id=event.properties.message_id))
        assert all(each.refusal.stage != "decode" for each in prepared.failures)


def headers(data: bytes) -> None:
    """The headers of a message; a dead letter of it can be written."""
    size = struct.pack(">I", len(data))
    try:
        table, _ = read_table(size + data, 0)
    except (ValueError, struct.error, IndexError):
        return
    if all(len(name.encode()) <= LONGEST_SHORT for name in table):
        assert read_table(write_table(table), 0)[0].keys() == table.keys()
    claim_message(delivered(b"no JSON", headers=table))
    claim_message(delivered(b'{"summary":"x"}', headers=table))


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    each.__name__: each for each in (message, record, line, request, headers)
}
