"""OpenTelemetry's log records as events.

https://opentelemetry.io/docs/specs/otel/logs/data-model/ says what each field means; attributes'
names are those of the semantic conventions.

1. Nothing of a record is dropped: what has no name here goes into `details` under its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import orjson

from mqworker.core.message import Record

DEEPEST: Final = 20
"""Values inside each other; what is deeper is refused, as the worker would."""

LEVELS: Final = ("DEBUG", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
"""The severity of each range of four severity numbers: trace, debug, info, warn, error, fatal."""

MOST_LEVEL: Final = 24

UID: Final = "log.record.uid"
"""The attribute by which "other log records with the same id will be considered duplicates"."""

PROMOTED: Final = ("category", "source", "tags")
"""Attributes that are fields of an event, and that no field of a log record stands for."""


class LogRecord(NamedTuple):
    """A log record, from either encoding. Times are nanoseconds, 0 if unknown; IDs hexadecimal."""

    time: int
    observed: int
    severity_number: int
    severity_text: str
    body: Any
    attributes: Mapping[str, Any]
    trace_id: str
    span_id: str
    event_name: str
    scope: str
    resource: Mapping[str, Any]


class TooDeep(ValueError):
    """A value with more levels than an event may have."""


def event_of(log: LogRecord) -> Record:
    """Return a log record as an event."""
    details = dict(log.attributes)
    severity = level_of(log.severity_number) or log.severity_text
    event: Record = {name: details.pop(name) for name in PROMOTED if name in details}
    event |= {
        "timestamp": log.time or log.observed or None,
        "message": log.body if isinstance(log.body, str) else written(log.body),
        "severity": severity,
        "hostname": log.resource.get("host.name"),
        "processname": log.resource.get("service.name"),
        "processid": log.resource.get("process.pid"),
        "logger": log.scope,
    }
    if isinstance(log.body, dict):
        details = {**log.body, **details}
    details |= {
        "severitytext": log.severity_text if log.severity_text != severity else "",
        "resource": dict(log.resource),
        "traceid": log.trace_id,
        "spanid": log.span_id,
        "eventname": log.event_name,
    }
    event["details"] = present(details)
    return present(event)


def present(values: Mapping[str, Any]) -> Record:
    """Return what is there: the encodings write what is unknown as nothing or as ""."""
    return {name: value for name, value in values.items() if value not in (None, "", {})}


def written(value: Any) -> str:
    """Return a body that is no text as JSON, "" if there is none."""
    return "" if value is None else orjson.dumps(value).decode()


def level_of(number: int) -> str:
    """Return the severity that a number from 1 to 24 stands for, "" for any other."""
    return LEVELS[(number - 1) // 4] if 0 < number <= MOST_LEVEL else ""
