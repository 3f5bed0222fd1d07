"""Log records and arguments to events, in the fields that mqworker's schemas know."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What every record has; anything else came by `extra`."""

FIELDS = frozenset(("category", "tags", "source", "hostname", "processname", "severity"))
"""Fields of an event that `extra` may name; anything else of it is a detail."""

LEVELS = {50: "CRITICAL", 40: "ERROR", 30: "WARNING", 20: "INFO"}
MOST_TRACE_LINES = 10
MOST_TRACE_CHARACTERS = 1000
MOST_SUMMARY_LINES = 20
MOST_SUMMARY_CHARACTERS = 2000


class Program(NamedTuple):
    """Who sends: what is the same in each of its events."""

    hostname: str
    processname: str
    category: str = "event"
    tags: tuple[str, ...] = ()


def event_of_record(record: logging.LogRecord, program: Program, pid: int) -> dict[str, Any]:
    """Return the event of a log record.

    `extra={"category": …, "tags": […], "details": {…}}` go where their names say, any other
    `extra` becomes a detail. An exception makes it an application exception, with the last lines
    of its stack trace: mqworker refuses long ones.

    Args:
        record: what was logged.
        program: what is the same in all events.
        pid: of this process.
    """
    extra = {name: value for name, value in vars(record).items() if name not in STANDARD}
    fields = {name: extra.pop(name) for name in FIELDS & extra.keys()}
    given = extra.pop("details", None) or {}
    details = extra | (dict(given) if isinstance(given, Mapping) else {"details": given})
    severity = severity_of(record, details)
    category = program.category
    if record.exc_info and record.exc_info[1] is not None:
        category = "application exception"
        details = describe(record.exc_info[1]) | details
    return {
        "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
        "hostname": program.hostname,
        "processname": program.processname,
        "processid": str(pid),
        "severity": severity,
        "category": category,
        "summary": clip(record.getMessage(), MOST_SUMMARY_LINES, MOST_SUMMARY_CHARACTERS),
        "eventsource": record.name,
        **fields,
        "tags": [*program.tags, *_several(fields.get("tags"))],
        "details": details,
    }


def event_of(given: Mapping[str, Any], program: Program, pid: int, now: float) -> dict[str, Any]:
    """Return an event with what every event has, unless it was given.

    Args:
        given: the event as the application made it.
        program: what is the same in all events.
        pid: of this process.
        now: seconds since the epoch.
    """
    event: dict[str, Any] = {
        "timestamp": datetime.fromtimestamp(now, UTC).isoformat(),
        "hostname": program.hostname,
        "processname": program.processname,
        "processid": str(pid),
        "severity": "INFO",
        "category": program.category,
    }
    if {"utctimestamp", "eventtime", "@timestamp"} & given.keys():
        del event["timestamp"]
    return event | dict(given) | {"tags": [*program.tags, *_several(given.get("tags"))]}


def severity_of(record: logging.LogRecord, details: dict[str, Any]) -> str:
    """Return a severity that schemas know; an application's own level is kept as a detail."""
    name = next((name for least, name in LEVELS.items() if record.levelno >= least), "DEBUG")
    if record.levelname not in (name, "NOTSET"):
        details.setdefault("levelname", record.levelname)
    return name


def describe(error: BaseException) -> dict[str, str]:
    """Return what an exception says, and the end of its stack trace."""
    name = type(error).__name__
    frames = traceback.format_tb(error.__traceback__)
    lines = [line for frame in frames for line in frame.rstrip().splitlines() if line.strip("~^ ")]
    trace = "\n".join(lines[-MOST_TRACE_LINES:])
    said = clip(f"{name}: {error}" if str(error) else name, 10, MOST_TRACE_CHARACTERS)
    return {"exception": said} | ({"stacktrace": trace[-MOST_TRACE_CHARACTERS:]} if trace else {})


def clip(text: str, lines: int, characters: int) -> str:
    """Return the first lines and characters of a text, with a mark where something is missing."""
    kept = "\n".join(text.splitlines()[:lines]) if text.count("\n") >= lines else text
    kept = kept[:characters]
    return kept if kept == text else f"{kept}…"


def _several(value: Any) -> Iterable[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list | tuple | set | frozenset) else (value,)
