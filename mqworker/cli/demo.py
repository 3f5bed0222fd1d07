"""`mqworker demo`: the whole way on generated traffic, without any service."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from mqworker.cli.demo_report import as_object, told
from mqworker.cli.display import echo_json
from mqworker.cli.options import json_option
from mqworker.cli.status import DONE, UNAVAILABLE, complain
from mqworker.demo import demonstrate

DEFECT = 1


@click.command()
@json_option("Print what happened as a JSON object.")
def demo(*, as_json: bool) -> int:
    """Show on generated traffic what mqworker does; no service is needed.

    Messages of a made-up company go through an embedded broker, a worker that is killed half way
    and started again, and an embedded store. Everything is in a directory of its own under the
    system's directory for temporary files, and stays there.
    """
    try:
        account = demonstrate(Path(tempfile.mkdtemp(prefix="mqworker-demo-")), progress)
    except OSError as error:
        complain(f"there is no room for the demonstration: {error}")
        return UNAVAILABLE
    if as_json:
        echo_json(as_object(account))
    else:
        click.echo("\n".join(told(account, own_name())))
    if account.complete:
        return DONE
    complain(f"the counts do not add up; the worker's log is {account.site.log}")
    return DEFECT


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[int], Any]]:
    """Show progress on a terminal."""
    if not sys.stderr.isatty():
        yield lambda _steps: None
        return
    with click.progressbar(length=total, label=label, file=sys.stderr) as bar:
        yield bar.update


def own_name() -> str:
    """Return how this command was called, so that what we tell to type can be typed."""
    called = Path(sys.argv[0])
    if called.name != "mqworker" or not os.access(called, os.X_OK):
        return "mqworker"
    found = shutil.which("mqworker")
    return "mqworker" if found and Path(found).samefile(called) else str(called)
