"""OTLP in protobuf (opentelemetry-proto, collector/logs/v1) -> log records."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)

from mqworker.core.errors import Refused
from mqworker.core.inflate import TooLarge
from mqworker.core.intake.otlp_values import DEEPEST, LogRecord, TooDeep
from mqworker.core.message import Refusal

MOST_BYTES = 8 * 2**20
"""An empty message takes two bytes in protobuf, and thirty times as much in memory."""


def protobuf_records(data: bytes, most: int) -> Iterator[LogRecord | Refusal]:
    """Give the log records of a request.

    Args:
        data: the request.
        most: how many resources, and how many scopes of one, it may have.

    Raises:
        Refused: it is none. TooLarge: it has more than 8 MiB, or too many parts.
    """
    if len(data) > MOST_BYTES:
        raise TooLarge(Refusal("decode", f"more than {MOST_BYTES} bytes of protobuf"))
    try:
        request = ExportLogsServiceRequest.FromString(data)
    except DecodeError as error:
        raise Refused(Refusal("decode", f"not OTLP in protobuf: {error}")) from error
    for resource_logs in few(request.resource_logs, most):
        try:
            resource = pairs_of(resource_logs.resource.attributes, 0)
        except TooDeep as error:
            yield Refusal("decode", str(error))
            continue
        for scoped in few(resource_logs.scope_logs, most):
            for record in scoped.log_records:
                yield record_of(record, scoped.scope.name, resource)


def few(parts: Any, most: int) -> Iterable[Any]:
    """Return parts of a request: empty ones are small, and looking at each takes its time.

    Raises:
        TooLarge: there are too many.
    """
    if len(parts) > most:
        raise TooLarge(Refusal("decode", f"more than {most} resources or scopes in one request"))
    found: Iterable[Any] = parts
    return found


def record_of(record: Any, scope: str, resource: Mapping[str, Any]) -> LogRecord | Refusal:
    """Return one log record, or what is wrong with it."""
    try:
        return LogRecord(
            time=record.time_unix_nano,
            observed=record.observed_time_unix_nano,
            severity_number=record.severity_number,
            severity_text=record.severity_text,
            body=value_of(record.body, 0),
            attributes=pairs_of(record.attributes, 0),
            trace_id=record.trace_id.hex(),
            span_id=record.span_id.hex(),
            event_name=getattr(record, "event_name", ""),
            scope=scope,
            resource=resource,
        )
    except TooDeep as error:
        return Refusal("decode", str(error))


def pairs_of(pairs: Iterable[Any], depth: int) -> dict[str, Any]:
    """Return a list of keys and values as an object."""
    return {pair.key: value_of(pair.value, depth) for pair in pairs}


def value_of(value: Any, depth: int) -> Any:
    """Return what an AnyValue holds, None if it holds nothing.

    Raises:
        TooDeep: it holds too many values inside each other.
    """
    if depth > DEEPEST:
        raise TooDeep(f"more than {DEEPEST} values inside each other")
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    held = getattr(value, kind)
    match kind:
        case "array_value":
            return [value_of(item, depth + 1) for item in held.values]
        case "kvlist_value":
            return pairs_of(held.values, depth + 1)
        case "bytes_value":
            return text_of(held)
        case _:
            return held


def text_of(held: bytes) -> str:
    """Return bytes as text, where they are text; else in Base64."""
    try:
        return held.decode()
    except UnicodeDecodeError:
        return base64.b64encode(held).decode()


def partial_success(rejected: int, reason: str) -> bytes:
    """Return the answer for records that were taken, but for some."""
    answer = ExportLogsServiceResponse()
    if rejected:
        answer.partial_success.rejected_log_records = rejected
        answer.partial_success.error_message = reason
    written: bytes = answer.SerializeToString()
    return written
