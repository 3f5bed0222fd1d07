"""`mqworker deadletter show`: a dead letter, what was wrong, and what would become of it now."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import click

from mqworker.cli.display import clipped, echo_json, printable
from mqworker.cli.letters import look_through, selecting
from mqworker.cli.options import Configuration, configured, json_option
from mqworker.cli.snippet import draw
from mqworker.config.broker import BrokerOptions
from mqworker.config.events import EventOptions
from mqworker.core.autopsy import as_object, spelled, wounds
from mqworker.core.letter import Letter, Selection
from mqworker.core.policy import Policy
from mqworker.core.replay import foresee
from mqworker.wiring.policy import build_policy

WIDTH = 120
LINES = 60


@click.command()
@configured(BrokerOptions, EventOptions, services={"broker"})
@json_option("Print each letter as a JSON object on a line of its own.")
@click.option(
    "-n", "--limit", type=click.IntRange(1), default=10, show_default=True, help="How many."
)
@click.option("--whole", is_flag=True, help=f"All of the body, not its first {LINES} lines.")
@selecting
def show(
    configuration: Configuration, *, selection: Selection, limit: int, whole: bool, as_json: bool
) -> None:
    """Show dead letters, the oldest first: body, reason, and the place that was refused. Read only.

    IDENTITY, which mqworker deadletter list --each prints, names letters. What would become of a
    letter now is told by the configuration and the schemas that this command is given.
    """
    policy = build_policy(configuration.settings)
    found = 0
    for letter in islice(look_through(configuration.settings, selection), limit):
        found += 1
        if as_json:
            echo_json(as_object(letter, policy))
        else:
            click.echo("\n".join(drawn(letter, policy, None if whole else LINES)))
    if not found:
        click.echo("there is no such dead letter", err=True)


def drawn(letter: Letter, policy: Policy, most: int | None) -> Iterator[str]:
    """Give a letter for a person, line by line."""
    when = f"{letter.died:%Y-%m-%d %H:%M:%S} UTC" if letter.died else "at an unknown time"
    yield f"dead letter {printable(letter.identity)}"
    yield f"  died {when}; deaths {letter.deaths}, replays {letter.replays}"
    yield from (f"  {line}" for line in body_lines(letter, most))
    for wound in wounds(letter, policy):
        if len(letter.failures) > 1:
            yield f"  event {wound.position}"
        yield from (f"  {line}" for line in draw(wound.refusal, wound.whole))
    yield f"  now: {printable(spelled(foresee(letter, policy)))}"
    yield ""


def body_lines(letter: Letter, most: int | None) -> Iterator[str]:
    """Give the body as it was sent, printable; at most so many lines of it."""
    body = letter.delivery.body
    text = body.decode("utf-8", "backslashreplace")
    encoding = letter.delivery.properties.content_encoding
    yield f"body, {len(body)} bytes" + (f", {printable(encoding)}" if encoding else "")
    lines = text.splitlines()
    for line in lines[:most]:
        yield f"  {clipped(line, WIDTH) if most else printable(line)}"
    if most and len(lines) > most:
        yield f"  … {len(lines) - most} more lines: --whole"
