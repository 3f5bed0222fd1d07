"""`mqworker deadletter`: what could not be used, and how to put it back."""

from __future__ import annotations

import sys
from contextlib import closing
from importlib import import_module

import click

from mqworker.cli.display import echo_json, printable
from mqworker.cli.letters import look_through, progress, selecting, told
from mqworker.cli.options import Configuration, configured, json_option
from mqworker.config.broker import BrokerOptions
from mqworker.core.autopsy import as_line
from mqworker.core.letter import Key, Letter, Selection
from mqworker.core.toll import Toll
from mqworker.removing import remove as remove_letters
from mqworker.wiring.dead_letters import AHEAD, counter, fullness, open_shelf

ELSEWHERE = {name: f"deadletter_{name}" for name in ("show", "replay", "policy")}


class DeadLetterCommands(click.Group):
    """A group of which some commands are in modules of their own."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of the commands."""
        return ["list", "show", "replay", "purge", "policy"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, None when there is none of this name."""
        if cmd_name in ELSEWHERE:
            module = import_module(f"mqworker.cli.{ELSEWHERE[cmd_name]}")
            command: click.Command = getattr(module, cmd_name)
            return command
        return super().get_command(ctx, cmd_name)


@click.group(cls=DeadLetterCommands)
def deadletter() -> None:
    """See what could not be used, and put it back.

    With RabbitMQ, Redis and the embedded broker. Where the letters are said to be read only, they
    are taken without being acknowledged, and go back to their places when the command ends, marked
    as redelivered; another command that looks meanwhile does not see them.
    """


@deadletter.command("list")
@configured(BrokerOptions, services={"broker"}, more=("dead_limit",))
@json_option("Print a JSON object; with --each one for each letter, on a line of its own.")
@click.option("--each", is_flag=True, help="Print each letter, not only their counts.")
@selecting
def list_letters(
    configuration: Configuration, *, selection: Selection, each: bool, as_json: bool
) -> None:
    """Count dead letters by what they died of, each message once. Read only.

    IDENTITY, which --each and the counts show, names letters.
    """
    settings = configuration.settings
    full = fullness(settings)
    toll = Toll()
    for letter in look_through(settings, selection):
        if toll.add(letter) and each:
            show_line(letter, as_json=as_json)
    if as_json and not each:
        echo_json({**toll.as_object(), "ready": full.ready, "limit": full.limit})
    elif not each:
        click.echo("\n".join([*told(toll), summary(toll)]))
        click.echo(f"{full.ready} of {full.limit} places taken ({full.ratio:.0%}) by dead_limit")


def show_line(letter: Letter, *, as_json: bool) -> None:
    """Print one letter on a line."""
    if as_json:
        echo_json(as_line(letter))
        return
    refusal = letter.failures[0].refusal
    when = f"{letter.died:%Y-%m-%d %H:%M:%S}" if letter.died else "at an unknown time"
    click.echo(
        f"{when}  {printable(letter.identity)}  {printable(refusal.stage)}  "
        f"{printable(refusal.pointer)}  {printable(refusal.reason)}"
    )


def summary(toll: Toll) -> str:
    """Return how many there are, for a person."""
    copies = f", and {toll.copies} more letters of the same messages" if toll.copies else ""
    return f"{toll.letters} dead letters{copies}"


@deadletter.command()
@configured(BrokerOptions, services={"broker"})
@json_option("Print a JSON object: what was removed. Needs --yes.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@selecting
def purge(configuration: Configuration, *, selection: Selection, yes: bool, as_json: bool) -> None:
    """Remove dead letters for good, after telling which.

    Only those that were counted are removed, and not what dies meanwhile.
    """
    settings = configuration.settings
    toll, doomed = Toll(), set[Key]()
    for letter in look_through(settings, selection):
        toll.add(letter)
        doomed.add(letter.key)
    if not as_json:
        click.echo("\n".join([*told(toll), summary(toll)]))
    if doomed and not yes:
        if as_json or not sys.stdin.isatty():
            raise click.UsageError("nothing was removed: to remove them, say --yes")
        click.confirm("Remove them for good?", abort=True)
    removed = remove(configuration, doomed)
    if as_json:
        echo_json({**toll.as_object(), "removed": removed})
    else:
        click.echo(f"{removed} letters removed")


def remove(configuration: Configuration, doomed: set[Key]) -> int:
    """Remove letters; return how many."""
    if not doomed:
        return 0
    settings = configuration.settings
    count = counter(settings)
    with closing(open_shelf(settings)) as shelf, progress(count(), "removing") as advance:
        return remove_letters(shelf, doomed, count, AHEAD // 2, advance)
