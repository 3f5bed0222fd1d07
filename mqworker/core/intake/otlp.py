"""`/v1/logs`: OpenTelemetry's protocol over HTTP, in JSON or protobuf.

https://opentelemetry.io/docs/specs/otlp/#otlphttp: what was refused is told in the answer, whose
status is 200 when anything was taken; 400 is not tried again by a client, 503 is.

1. The answer has the encoding of the request.
"""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from mqworker.core.errors import Refused
from mqworker.core.inflate import TooLarge
from mqworker.core.intake.bodies import Bad, Found, Item, inflated
from mqworker.core.intake.http import JSON, RETRY, Answer, Headers, Plan, Request, Stamp
from mqworker.core.intake.naming import client_key, fitting, keyed
from mqworker.core.intake.otlp_json import json_records
from mqworker.core.intake.otlp_protobuf import partial_success, protobuf_records
from mqworker.core.intake.otlp_values import UID, LogRecord, event_of
from mqworker.core.intake.plain import status_of
from mqworker.core.intake.publishing import Envelope, Ready, Unfit, checked
from mqworker.core.intake.refusals import clipped
from mqworker.core.intake.rules import Rules
from mqworker.core.message import Publication, Refusal

PROTOBUF = "application/x-protobuf"

MOST_PARTS = 1000
"""Resources of a request, and scopes of a resource; a collector sends a few dozen."""

INVALID_ARGUMENT, UNAVAILABLE_CODE = 3, 14
"""https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto"""


def plan_otlp(request: Request, rules: Rules, stamp: Stamp) -> Plan:
    """Plan a request that exports log records."""
    in_json = is_json(request)
    unconfirmed = failure(
        503, UNAVAILABLE_CODE, "the message broker has not confirmed it", RETRY, in_json=in_json
    )
    try:
        text = inflated(request, rules)
        logs = list(
            bounded(json_records(text) if in_json else protobuf_records(text, MOST_PARTS), rules)
        )
    except Refused as refused:
        status, headers = status_of(refused)
        reason = refused.refusal.reason
        answer = failure(status, INVALID_ARGUMENT, reason, headers, in_json=in_json)
        return Plan(answer, unconfirmed, refused=1)
    events, unfit = messages(request, logs, rules, stamp)
    if unfit and not events:
        reason = clipped(described(unfit[0].refusal))
        answer = failure(400, INVALID_ARGUMENT, reason, (), in_json=in_json)
    else:
        answer = success(unfit, in_json=in_json)
    return Plan(answer, unconfirmed, events, refused=len(unfit))


def messages(
    request: Request, logs: list[LogRecord | Refusal], rules: Rules, stamp: Stamp
) -> tuple[list[Publication], list[Unfit]]:
    """Return the messages of log records, and what can't be used of them."""
    envelope = Envelope(rules, stamp)
    key, several = client_key(request.headers.get("idempotency-key")), len(logs) > 1
    events: list[Publication] = []
    unfit: list[Unfit] = []
    for at, log in enumerate(logs):
        found = checked(item_of(log), at, None, rules.limits)
        if isinstance(found, Ready) and isinstance(log, LogRecord):
            name = keyed(key, at, several=several) if key else uid_of(log)
            events.append(envelope.publication(found, at, name))
        elif isinstance(found, Unfit):
            unfit.append(found)
    return events, unfit


def bounded(logs: Iterator[LogRecord | Refusal], rules: Rules) -> Iterator[LogRecord | Refusal]:
    """Give log records, as many as are allowed.

    Raises:
        TooLarge: there are more.
    """
    for number, log in enumerate(logs):
        if number >= rules.max_request_events:
            most = rules.max_request_events
            raise TooLarge(Refusal("decode", f"more than {most} events in one request"))
        yield log


def item_of(log: LogRecord | Refusal) -> Item:
    """Return a log record as an event."""
    return Bad(b"", log) if isinstance(log, Refusal) else Found(event_of(log))


def uid_of(log: LogRecord) -> str | None:
    """Return the record's own ID, None if it has none."""
    value = log.attributes.get(UID)
    return fitting(value) if isinstance(value, str) and value else None


def is_json(request: Request) -> bool:
    """Tell which encoding a request has; its content type is asked first, then its first byte."""
    kind = request.headers.get("content-type", "").lower()
    if "json" in kind or "protobuf" in kind:
        return "json" in kind
    return request.body.lstrip()[:1] == b"{"


def success(unfit: list[Unfit], *, in_json: bool) -> Answer:
    """Return the answer to a request of which something, or nothing at all, was to be taken."""
    reason = clipped(described(unfit[0].refusal)) if unfit else ""
    if not in_json:
        return Answer(200, partial_success(len(unfit), reason), PROTOBUF)
    told = {"rejectedLogRecords": str(len(unfit)), "errorMessage": reason}
    return Answer(200, orjson.dumps({"partialSuccess": told} if unfit else {}))


def described(refusal: Refusal) -> str:
    """Return a refusal in a sentence."""
    return f"{refusal.pointer}: {refusal.reason}" if refusal.pointer else refusal.reason


def failure(status: int, code: int, reason: str, headers: Headers, *, in_json: bool) -> Answer:
    """Return a google.rpc.Status."""
    if in_json:
        return Answer(status, orjson.dumps({"code": code, "message": reason}), JSON, headers)
    text = clipped(reason).encode()
    size = bytes([len(text) & 127 | 128, len(text) >> 7]) if len(text) > 127 else bytes([len(text)])  # noqa: PLR2004 - a varint
    return Answer(status, b"\x08" + bytes([code]) + b"\x12" + size + text, PROTOBUF, headers)
