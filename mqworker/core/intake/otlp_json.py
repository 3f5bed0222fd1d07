"""OTLP in JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding) -> log records.

1. What is not of OTLP's form is a `Refusal` in its place, as far as its place can be told.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any, NoReturn

import orjson

from mqworker.core.decode import explain
from mqworker.core.errors import Refused
from mqworker.core.intake.otlp_values import DEEPEST, LogRecord, TooDeep
from mqworker.core.message import Refusal


def json_records(text: bytes) -> Iterator[LogRecord | Refusal]:
    """Give the log records of a request.

    Raises:
        Refused: it is none.
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        refuse(explain(text, error))
    if type(value) is not dict:
        refuse("expected an object with resourceLogs")
    for at, resource_logs in enumerate(listed(value, "resourceLogs", "resource_logs")):
        yield from records_in(resource_logs, f"/resourceLogs/{at}")


def records_in(resource_logs: Any, pointer: str) -> Iterator[LogRecord | Refusal]:
    """Give the log records of one resource."""
    if type(resource_logs) is not dict:
        yield Refusal("decode", "not an object", pointer)
        return
    try:
        resource = attributes_of(resource_logs.get("resource"))
    except (TypeError, ValueError) as error:
        yield Refusal("decode", f"its resource can't be read: {error}", pointer)
        return
    for at, scoped in enumerate(listed(resource_logs, "scopeLogs", "scope_logs")):
        place = f"{pointer}/scopeLogs/{at}"
        if type(scoped) is not dict:
            yield Refusal("decode", "not an object", place)
            continue
        scope = scoped.get("scope")
        name = scope.get("name", "") if type(scope) is dict else ""
        for number, record in enumerate(listed(scoped, "logRecords", "log_records")):
            yield record_of(record, str(name), resource, f"{place}/logRecords/{number}")


def record_of(
    record: Any, scope: str, resource: dict[str, Any], pointer: str
) -> LogRecord | Refusal:
    """Return one log record, or what is wrong with it."""
    if type(record) is not dict:
        return Refusal("decode", "not an object", pointer)
    try:
        return LogRecord(
            time=whole(record, "timeUnixNano"),
            observed=whole(record, "observedTimeUnixNano"),
            severity_number=whole(record, "severityNumber"),
            severity_text=str(record.get("severityText") or ""),
            body=value_of(record.get("body"), 0),
            attributes=attributes_of(record),
            trace_id=str(record.get("traceId") or ""),
            span_id=str(record.get("spanId") or ""),
            event_name=str(record.get("eventName") or ""),
            scope=scope,
            resource=resource,
        )
    except (TypeError, ValueError) as error:
        return Refusal("decode", f"not OTLP: {error}", pointer)


def listed(value: dict[str, Any], *names: str) -> list[Any]:
    """Return the list under the first name that is there, an empty one if none is.

    Raises:
        Refused: it is no list, or none of the names is among the keys and others are.
    """
    for name in names:
        if name in value:
            found = [] if value[name] is None else value[name]
            return found if type(found) is list else refuse(f"{name} is not a list")
    return [] if not value or names[0] != "resourceLogs" else refuse("there are no resourceLogs")


def whole(record: dict[str, Any], name: str) -> int:
    """Return a number, which OTLP writes as text where it has 64 bits; 0 if there is none.

    Raises:
        ValueError: it is no number.
    """
    value = record.get(name) or 0
    if type(value) is str and len(value) <= LONGEST_NUMBER and value.isascii():
        value = int(value)
    if type(value) is not int or not LEAST <= value <= MOST:
        raise ValueError(f"{name} is no whole number of 64 bits")
    return value


LONGEST_NUMBER = 20
LEAST, MOST = -(2**63), 2**64 - 1


def attributes_of(holder: Any) -> dict[str, Any]:
    """Return the attributes of a resource or a record.

    Raises:
        ValueError, TypeError: they are not of OTLP's form.
    """
    pairs = (holder.get("attributes") or []) if type(holder) is dict else []
    return pairs_of(pairs, 0)


def pairs_of(pairs: Any, depth: int) -> dict[str, Any]:
    """Return a list of keys and values as an object."""
    if type(pairs) is not list or any(type(pair) is not dict for pair in pairs):
        raise TypeError("attributes are no list of objects")
    return {str(pair.get("key", "")): value_of(pair.get("value"), depth) for pair in pairs}


def value_of(value: Any, depth: int) -> Any:
    """Return what an AnyValue holds; a body that is no AnyValue is taken as it is.

    Raises:
        ValueError, TypeError: it is not of OTLP's form.
    """
    if depth > DEEPEST:
        raise TooDeep(f"more than {DEEPEST} values inside each other")
    if type(value) is not dict or len(value) != 1:
        return None if type(value) is dict else value
    ((kind, held),) = value.items()
    match kind:
        case "intValue":
            return whole(value, kind)
        case "bytesValue":
            return text_of(held)
        case "arrayValue":
            items = (held or {}).get("values") or [] if type(held) in (dict, type(None)) else held
            return [value_of(item, depth + 1) for item in items]
        case "kvlistValue":
            return pairs_of((held or {}).get("values") or [], depth + 1)
        case _:
            return held


def text_of(held: Any) -> str:
    """Return bytes as text, where they are text; else as they are written, in Base64."""
    try:
        return base64.b64decode(held, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, TypeError):
        return str(held)


def refuse(reason: str) -> NoReturn:
    """Raise Refused."""
    raise Refused(Refusal("decode", reason))
