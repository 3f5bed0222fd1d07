"""How mqworker logs: to the journal of systemd, or to standard error with a line for each record.

1. A record is one line, or one entry, whatever it holds: nobody can forge one through an event.
2. No URL shows its password, also in what libraries log.
3. A kind of message that repeats is held back and counted, unless everything was asked for.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal

from mqworker.cli.calm import Calm
from mqworker.cli.display import printable
from mqworker.cli.facts import extra_facts, message_of, named_facts
from mqworker.cli.journal import JournalHandler, is_ours, priority_of
from mqworker.cli.tracebacks import debugging, traceback_of

Format = Literal["auto", "text", "json", "journal", "plain"]

log = logging.getLogger(__name__)

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
        "msg": message_of(record),
        **extra_facts(record),
    }
    if record.exc_info and record.exc_info[1]:
        facts["traceback"] = traceback_of(record.exc_info[1], words=debugging())
    return facts


class TextFormatter(logging.Formatter):
    """Writes `time=… level=… msg="…"`, values quoted as JSON where they have to be."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return " ".join(f"{name}={quoted(value)}" for name, value in facts_of(record).items())


class JsonFormatter(logging.Formatter):
    """Writes one JSON object, which has what the message names in fields of their own too."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        facts = facts_of(record)
        return json.dumps(facts | {k: v for k, v in named_facts(record).items() if k not in facts})


class PlainFormatter(logging.Formatter):
    """Writes what a person at a terminal wants to know, as our error messages look."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return f"mqworker: {record.levelname.lower()}: {printable(message_of(record))}"


class PriorityFormatter(logging.Formatter):
    """Begins each line with its priority, as sd-daemon(3) has it: journald takes it from there."""

    def __init__(self, form: logging.Formatter) -> None:
        super().__init__()
        self.form = form

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return f"<{priority_of(record.levelno)}>{self.form.format(record)}"


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
    """Log from now on so, in place of what was set up before.

    Args:
        level: debug, info, warning or error.
        form: "text" and "json" for services, to standard error; "journal" for the journal; "auto"
            for the journal where standard error leads into it, else for text; "plain" for commands
            that people type.
    """
    handler = handler_for(form, into_journal=is_ours(os.environ))
    calm = handler if form == "plain" or level == "debug" else Calm(handler)
    logging.basicConfig(level=level.upper(), handlers=[calm], force=True)
    logging.captureWarnings(True)
    sys.excepthook = tell_defect
    for name, least in TAMED.items():
        logging.getLogger(name).setLevel(logging.INFO if level == "debug" else least)


def handler_for(form: Format, *, into_journal: bool) -> logging.Handler:
    """Return what writes log records; `into_journal` tells whether standard error leads there."""
    if form == "journal" or (form == "auto" and into_journal):
        return JournalHandler(handler_for("text", into_journal=into_journal))
    formatter = FORMATTERS.get(form, TextFormatter)()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PriorityFormatter(formatter) if into_journal else formatter)
    return handler


def tell_defect(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Log what ends the process and should not have been: Python itself would write it as it is."""
    if isinstance(error, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        log.critical("ended by a defect of mqworker", exc_info=(kind, error, trace))
