"""`mqworker config migrate`: MozDef's configuration as ours."""

from __future__ import annotations

import os
from pathlib import Path

import click

from mqworker.cli.display import echo_json, printable, to_json
from mqworker.cli.options import json_option
from mqworker.cli.status import BAD_DATA, DONE, complain
from mqworker.config.migration import Migration, migrate
from mqworker.core.errors import Misconfigured


@click.command("migrate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option("Print a JSON object: options, and notes.")
def migrate_file(file: Path, *, as_json: bool) -> int:
    """Print MozDef's configuration FILE (esworker_eventtask.conf) as one of mqworker.

    What can't be carried over, and what is to be done by hand, is told in comments. Variables
    OPTIONS_… of this environment take the place of what the file says, as they do for MozDef.
    Passwords are not printed.
    """
    try:
        made = migrate(file.read_text("utf-8", "replace"), os.environ)
    except Misconfigured as error:
        complain(f"{file}: {error}")
        return BAD_DATA
    if as_json:
        options = {name: value for name, (value, _) in made.values.items()}
        echo_json({"options": options, "notes": made.notes})
    else:
        click.echo(as_toml(made, file))
    return DONE


def as_toml(made: Migration, file: Path) -> str:
    """Return what came of a file as TOML, the notes as comments."""
    lines = [f"# From MozDef's {printable(file.name)}, by mqworker config migrate."]
    lines += [f"# {printable(note)}" for note in made.notes]
    lines += [
        f"{name} = {to_json(value)}  # {made_of}" for name, (value, made_of) in made.values.items()
    ]
    return "\n".join(lines)
