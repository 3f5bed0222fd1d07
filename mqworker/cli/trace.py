"""`mqworker trace`: the story of one activity, from the sink."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path

import click

from mqworker.cli.display import echo_json, printable
from mqworker.cli.moments import moment
from mqworker.cli.options import Configuration, configured, json_option
from mqworker.config.rulesfile import load_rules
from mqworker.config.sink import SinkOptions
from mqworker.core.story import Story, as_object
from mqworker.core.story_page import page
from mqworker.core.storytelling import WIDTH, Paint, Tone, plain, tell
from mqworker.core.trail import Bounds
from mqworker.core.trail import trace as trace_activity

WIDEST = 160

COLORS: dict[Tone, dict[str, str | bool]] = {
    "title": {"bold": True},
    "quiet": {"dim": True},
    "own": {"bold": True},
    "stated": {"fg": "blue"},
    "filled": {"fg": "green"},
    "unclear": {"fg": "yellow"},
}


@click.command()
@click.argument("value")
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(1, 5_000),
    default=500,
    show_default=True,
    help="How many events at most, the newest.",
)
@click.option("--since", callback=moment, metavar="TIME", help="Only events of this time or later.")
@click.option("--until", callback=moment, metavar="TIME", help="Only events up to this time.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Draw the story as a page, in one file that needs no other.",
)
@configured(SinkOptions, services={"sink"}, more=("rules",))
@json_option("Print a JSON object: value, events, links.")
def trace(
    configuration: Configuration,
    *,
    value: str,
    limit: int,
    since: datetime | None,
    until: datetime | None,
    html: Path | None,
    as_json: bool,
) -> None:
    """Tell the story of VALUE: an IP address, a session ID, a user name, or an event's ID.

    Every stored event of it in the order of time: what its sender stated, what correlation filled
    in and from which event, and what it left open. From the events that have VALUE, their evidence
    and links are followed; never another user name or address, because people share those.
    """
    from mqworker.wiring.sink import open_sink  # noqa: PLC0415 - not for flags alone

    if not value.strip() or not is_text(value):
        raise click.BadParameter("expected an IP address, a session ID, a user name or an ID")
    if since and until and since > until:
        raise click.UsageError("--since is later than --until")
    rules = load_rules(configuration.settings.rules)
    with closing(open_sink(configuration.settings)) as archive:
        story = trace_activity(archive.find, value, rules, Bounds(limit, since, until))
    if html:
        write_page(html, story)
    if as_json:
        echo_json(as_object(story))
    elif html:
        click.echo(f"{printable(str(html))}: {len(story.steps)} events")
    else:
        tell_people(story)
    if as_json or html:
        tell_notes(story)
    if not story.steps:
        click.echo("nothing found", err=True)


def is_text(value: str) -> bool:
    """Tell whether an argument is text: the bytes of one need not be UTF-8."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def tell_people(story: Story) -> None:
    """Print a story as wide as the terminal is, in color where there is one."""
    width = WIDTH
    paint: Paint = plain
    if sys.stdout.isatty():
        width = min(shutil.get_terminal_size((WIDTH, 24)).columns, WIDEST)
        paint = plain if os.environ.get("NO_COLOR") else painted
    for line in tell(story, width, paint):
        click.echo(line)


def painted(text: str, tone: Tone) -> str:
    """Return a text in a tone's color."""
    return click.style(text, **COLORS[tone])  # type: ignore[arg-type]


def tell_notes(story: Story) -> None:
    """Print what the reader should know of a story, beside what is for machines."""
    for note in story.notes:
        click.echo(printable(note), err=True)


def write_page(file: Path, story: Story) -> None:
    """Write a story's page, for its owner alone: events are confidential.

    Raises:
        click.BadParameter: the file can't be written.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as stream:  # noqa: PTH123
            stream.writelines(page(story))
    except OSError as error:
        wrong = f"{file} can't be written: {error.strerror}"
        raise click.BadParameter(wrong, param_hint="--html") from None
