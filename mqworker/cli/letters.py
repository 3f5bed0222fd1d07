"""What the commands about dead letters share: which letters are meant, and a look through them."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

import click

from mqworker.cli.display import printable
from mqworker.cli.moments import moment
from mqworker.cli.options import Command
from mqworker.config.settings import Settings
from mqworker.core.letter import Letter, Selection
from mqworker.core.toll import Count, Toll
from mqworker.perusing import peruse
from mqworker.wiring.dead_letters import AHEAD, counter, open_shelf

SELECTORS = (
    click.option(
        "--stage",
        "stages",
        multiple=True,
        metavar="WORD…",
        help="Only what this step refused: decode, normalize, validate, document, write; or "
        "unknown, for what mqworker did not put there.",
    ),
    click.option(
        "--schema", "of_schemas", multiple=True, metavar="NAME…", help="Only what it refused."
    ),
    click.option(
        "--reason", default="", metavar="TEXT", help="Only what has this text in its reason."
    ),
    click.option("--since", callback=moment, metavar="TIME", help="Only what died then or later."),
    click.option("--until", callback=moment, metavar="TIME", help="Only what died up to then."),
)


def selecting(command: Command) -> Command:
    """Give a command the options that select letters; it is called with a `Selection`."""

    @functools.wraps(command)
    def wrapped(*args: Any, **given: Any) -> Any:
        return command(*args, selection=selection_of(given), **given)

    selected: Command = wrapped
    for option in reversed(SELECTORS):
        selected = option(selected)
    return click.argument("identities", nargs=-1, metavar="[IDENTITY]...")(selected)


def selection_of(given: dict[str, Any]) -> Selection:
    """Take the options that select letters out of a command's."""
    since: datetime | None = given.pop("since")
    until: datetime | None = given.pop("until")
    return Selection(
        frozenset(given.pop("identities")),
        frozenset(given.pop("stages")),
        frozenset(given.pop("of_schemas")),
        given.pop("reason"),
        since,
        until,
    )


def look_through(settings: Settings, selection: Selection) -> Iterator[Letter]:
    """Give the letters that are meant, and leave all of them where they are.

    Raises:
        BrokerUnavailable: the broker does not answer.
        Misconfigured: it refuses, or there is no such queue.
    """
    count = counter(settings)
    total = count()
    with closing(open_shelf(settings)) as shelf, progress(total, "reading") as advance:
        for letters in peruse(shelf, count, AHEAD // 2):
            shelf.hold([letter.delivery.tag for letter in letters])
            advance(len(letters))
            yield from filter(selection.takes, letters)


@contextmanager
def progress(total: int, label: str) -> Iterator[Callable[[int], Any]]:
    """Show how far a walk through the queue has come, on a terminal."""
    if not total or not sys.stderr.isatty():
        yield lambda _more: None
        return
    with click.progressbar(length=total, label=label, file=sys.stderr) as bar:
        yield bar.update


def told(toll: Toll) -> Iterator[str]:
    """Give the causes as a table, for a person."""
    if toll.causes:
        yield f"{'letters':>8} {'events':>8}  {'stage':<10} {'schema':<18} what"
    for cause, count in toll.ordered():
        yield (
            f"{count.letters:>8} {count.events:>8}  {printable(cause.stage):<10} "
            f"{printable(cause.schema) or '-':<18} {printable(cause.what)}"
        )
        yield f"{'':>19}{span(count)}, one of them {printable(count.example)}"


def span(count: Count) -> str:
    """Return when the letters of a cause died."""
    if not (count.first and count.last):
        return "at an unknown time"
    return f"{count.first:%Y-%m-%d %H:%M} to {count.last:%Y-%m-%d %H:%M}"
