"""How a command ends: its exit status, and what is said of an error.

1. Errors go to standard error as `mqworker: error: …`, a line for each problem; no traceback,
   unless it is a defect of mqworker.
2. No password is in any of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from mqworker.cli.display import printable
from mqworker.core.errors import Misconfigured, MqworkerError, Unavailable
from mqworker.core.urls import redact_text

DONE = 0
USAGE = 2
BAD_DATA = 65
UNAVAILABLE = 69
MISCONFIGURED = 78
INTERRUPTED = 130

STATUSES = {
    DONE: "done",
    1: "a defect of mqworker",
    USAGE: "wrong usage",
    BAD_DATA: "some of the input can't be used",
    UNAVAILABLE: "a service is unavailable",
    75: "the drain limit passed and unsettled messages went back to the broker",
    MISCONFIGURED: "the configuration is wrong",
    INTERRUPTED: "interrupted",
}
"""After sysexits.h of BSD, and the shells' 128 + signal."""


def finish(call: Callable[[], Any]) -> int:
    """Return the exit status of a call: what it returned (None is 0), or what its error means."""
    try:
        return int(call() or DONE)
    except click.UsageError as error:
        return misused(error)
    except click.ClickException as error:
        complain(error.format_message())
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    except MqworkerError as error:
        complain(str(error))
        return status_of(error)


def status_of(error: MqworkerError) -> int:
    """Return the exit status that an error stands for."""
    match error:
        case Misconfigured():
            return MISCONFIGURED
        case Unavailable():
            return UNAVAILABLE
        case _:
            return BAD_DATA


def misused(error: click.UsageError) -> int:
    """Say what is wrong with a command line, and where help is."""
    if error.ctx is not None:
        click.echo(error.ctx.get_usage(), err=True)
        click.echo(f"Try '{error.ctx.command_path} --help'.", err=True)
    complain(error.format_message())
    return error.exit_code


def complain(text: str, level: str = "error") -> None:
    """Write to standard error, each line marked as mqworker's."""
    for line in redact_text(text).splitlines() or [""]:
        click.echo(f"mqworker: {level}: {printable(line)}", err=True)
