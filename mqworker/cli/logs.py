"""How mqworker logs: to standard error, a line for each fact, as key=value or as JSON.

1. A record is one line, whatever it holds: nobody can forge a line through an event.
2. No URL shows its password, also in what libraries log.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, Literal

from mqworker.cli.display import printable
from mqworker.core.urls import redact_text

Format = Literal["text", "json", "plain"]

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What every record has; anything else came by `extra=` and is shown under its own name."""

TAMED = {
    "amqp": logging.WARNING,
    "boto3": logging.ERROR,
    "botocore": logging.ERROR,
    "elastic_transport": logging.ERROR,
    "elasticsearch": logging.ERROR,
    "kombu": logging.WARNING,
    "pika": logging.CRITICAL,
    "urllib3": logging.ERROR,
    "uvicorn": logging.ERROR,
}
"""Libraries that log what our adapters log already, in their own words; and often with a
traceback. At level debug they are heard from INFO on."""


def facts_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return what a record says, by name, in the order in which it is read."""
    when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    facts: dict[str, Any] = {
        "time": when.replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "pid": record.process,
        "logger": record.name,
        "msg": redact_text(record.getMessage()),
    }
    facts |= {name: value for name, value in vars(record).items() if name not in STANDARD}
    if record.exc_info:
        facts["traceback"] = redact_text(logging.Formatter().formatException(record.exc_info))
    return facts


class TextFormatter(logging.Formatter):
    """Writes `time=… level=… msg="…"`, values quoted as JSON where they have to be."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return " ".join(f"{name}={quoted(value)}" for name, value in facts_of(record).items())


class JsonFormatter(logging.Formatter):
    """Writes one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return json.dumps(facts_of(record), default=str)


class PlainFormatter(logging.Formatter):
    """Writes what a person at a terminal wants to know, as our error messages look."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        text = printable(redact_text(record.getMessage()))
        return f"mqworker: {record.levelname.lower()}: {text}"


def quoted(value: object) -> str:
    """Return a value as it is when it is one plain word, else in quotes with the rest escaped."""
    text = str(value)
    plain = text.isprintable() and not any(char in text for char in ' ="\\')
    return text if text and plain else json.dumps(text, ensure_ascii=not text.isprintable())


FORMATTERS: dict[Format, type[logging.Formatter]] = {
    "text": TextFormatter,
    "json": JsonFormatter,
    "plain": PlainFormatter,
}


def set_up(level: str, form: Format) -> None:
    """Log to standard error from now on, in place of what was set up before.

    Args:
        level: debug, info, warning or error.
        form: "text" and "json" for services, "plain" for commands that people type.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(FORMATTERS[form]())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name, least in TAMED.items():
        logging.getLogger(name).setLevel(logging.INFO if level == "debug" else least)
