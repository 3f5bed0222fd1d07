"""`mqworker tap`: events as they go by."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from mqworker.cli.display import clipped, echo_json, printable, to_json
from mqworker.cli.options import Configuration, configured, json_option
from mqworker.cli.status import DONE
from mqworker.core.errors import Unavailable
from mqworker.sight.client import ask
from mqworker.wiring.lookout import sockets

SUMMARY_WIDTH = 160
HEAD = ("utctimestamp", "severity", "category", "hostname", "processname")
FOREVER_S = 10.0**6

Said = dict[str, Any] | None
"""What a worker says; None is its last word."""


def clause(_ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """Read FIELD=VALUE.

    Raises:
        click.BadParameter: it is something else.
    """
    found = {}
    for text in given:
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise click.BadParameter(f"expected FIELD=VALUE, got {text!r}")
        found[name] = value
    return found


@click.command()
@configured(services=(), more=("queue", "socket_directory"))
@click.option(
    "--where",
    multiple=True,
    callback=clause,
    metavar="FIELD=VALUE…",
    help="Show only events with this value in this field, as details.username=ann; several have "
    "to hold together.",
)
@click.option(
    "-n", "--limit", type=click.IntRange(1), metavar="N", help="End after so many events."
)
@click.option("--details", is_flag=True, help="Show the details of each event, too.")
@json_option("Print each event as a JSON object on a line of its own: index, id, status, event.")
def tap(
    configuration: Configuration,
    *,
    where: dict[str, str],
    limit: int | None,
    details: bool,
    as_json: bool,
) -> int:
    """Watch events go by as the workers of this machine store them.

    What is shown is what is stored, after the rules of privacy, and without what looks like a
    secret. Workers do not wait for who watches: what is too much is left out, and it is said how
    many events that were. Ctrl-C ends.
    """
    shown = 0
    for said in heard(configuration, where):
        if "event" in said:
            shown += 1
            if as_json:
                echo_json(said)
            else:
                click.echo("\n".join(lines(said, details=details)))
            if shown == limit:
                return DONE
        elif "skipped" in said:
            click.echo(f"mqworker: note: {said['skipped']} events were too much to show", err=True)
    raise Unavailable("no worker is left to watch")


def heard(configuration: Configuration, where: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Give what all workers say, until the last of them is gone.

    Raises:
        Unavailable: there is none.
    """
    said: queue.SimpleQueue[Said] = queue.SimpleQueue()
    found = list(sockets(configuration.settings))
    for directory, name in found:
        listen = listener(directory, name, where, said)
        threading.Thread(target=listen, name=f"tap-{name}", daemon=True).start()
    left = len(found)
    answered = False
    while left:
        line = said.get()
        if line is None:
            left -= 1
        else:
            answered = True
            yield line
    if not answered:
        raise Unavailable(
            "no worker answers: none runs here for this queue, or this user may not ask (its own "
            "user and root may)"
        )


def listener(
    directory: Path, name: str, where: dict[str, str], said: queue.SimpleQueue[Said]
) -> Callable[[], None]:
    """Return what passes on what one worker says, and then None."""

    def listen() -> None:
        try:
            for line in ask(directory, name, {"ask": "tap", "where": where}, FOREVER_S):
                said.put(line)
        except (OSError, ValueError):
            pass
        finally:
            said.put(None)

    return listen


def lines(said: dict[str, Any], *, details: bool) -> Iterator[str]:
    """Give an event for a person: when, what and where; what was filled in; its place."""
    event = said["event"]
    columns = [printable(str(event[name])) for name in HEAD if event.get(name)]
    mark = "" if said["status"] == "stored" else f"  ({printable(said['status'])})"
    yield "  ".join(columns) + mark
    yield f"    {clipped(str(event.get('summary', '')), SUMMARY_WIDTH)}"
    for fill in event.get("correlation", {}).get("filled", ()):
        told = f"{fill['field']} {fill['value']} over {fill['link']}"
        yield f"    + {printable(told)}"
    if details:
        for name, value in sorted(event.get("details", {}).items()):
            text = value if isinstance(value, str) else to_json(value)
            yield f"    {printable(name)}: {clipped(text, SUMMARY_WIDTH)}"
