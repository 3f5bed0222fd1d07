"""What a log record says, as facts by name.

A fact is what came by `extra`, and what the message names in the form `name=%s`: so a message reads
well as text, and its facts are fields where there are fields.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

from mqworker.core.urls import redact_text

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What every record has; anything else came by `extra=` and is shown under its own name."""

COMMAND = re.compile(r"Command # \d+ \(.*?\) of pipeline caused error: ", re.DOTALL)
"""How redis-py begins an error of a pipeline, with what was to be stored."""

CONVERSION = re.compile(r"(?:\b([a-z][a-z0-9_]*)=)?%[-#0 +]*\d*(?:\.\d+)?([a-zA-Z%])")
"""A place in a format string that an argument, or "%", is written to, and its name."""


def message_of(record: logging.LogRecord) -> str:
    """Return the message, fit to be shown."""
    return shown(record.getMessage())


def shown(text: str) -> str:
    """Return a text without passwords, and without what was sent to Redis."""
    return redact_text(COMMAND.sub("", text))


def named_facts(record: logging.LogRecord) -> dict[str, Any]:
    """Return the facts that a record names, in order; numbers stay numbers."""
    return {name: plain(value) for name, value in stated(record).items()} | extra_facts(record)


def extra_facts(record: logging.LogRecord) -> dict[str, Any]:
    """Return the facts that came beside the message."""
    return {name: plain(value) for name, value in vars(record).items() if name not in STANDARD}


def stated(record: logging.LogRecord) -> dict[str, Any]:
    """Return what the message names in the form `name=%s`."""
    if not isinstance(record.args, tuple) or not isinstance(record.msg, str):
        return {}
    places = [name for name, kind in CONVERSION.findall(record.msg) if kind != "%"]
    return {name: value for name, value in zip(places, record.args, strict=False) if name}


def plain(value: object) -> Any:
    """Return a value as a program may read it, without passwords."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return shown(str(value))
