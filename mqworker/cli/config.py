"""`mqworker config`: the effective configuration, and where each value comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from mqworker.cli.config_migrate import migrate_file
from mqworker.cli.display import echo_json, printable, to_json
from mqworker.cli.options import Configuration, configured, json_option
from mqworker.config.load import shown
from mqworker.config.settings import OPTIONS

Shown = Mapping[str, tuple[Any, str]]


@configured()
@json_option("Print a JSON object: for each option its value and its origin.")
def show(configuration: Configuration, *, as_json: bool) -> None:
    """Print the effective configuration."""
    values = shown(configuration.loaded)
    if as_json:
        echo_json(
            {name: {"value": value, "origin": origin} for name, (value, origin) in values.items()}
        )
    else:
        click.echo(as_toml(values))


@click.group(invoke_without_command=True)
@click.pass_context
def config(ctx: click.Context, /, **given: Any) -> Any:
    """Print the effective configuration as TOML, with the origin of each value; secrets masked.

    Exits with status 78, and tells what is wrong, when the worker could not start with it.
    """
    return None if ctx.invoked_subcommand else show(**given)


# The flags are those of `show`; a command behind `config` needs no configuration that is sound.
config.params += reversed(getattr(show, "__click_params__", []))
config.add_command(migrate_file)


def as_toml(values: Shown) -> str:
    """Return the configuration as TOML; what has no value, and secrets, are comments."""
    assignments = {name: assignment(name, value) for name, (value, _) in values.items()}
    width = min(max(map(len, assignments.values())), 60)
    return "\n".join(
        f"{assignments[name]:<{width}}  # {printable(origin)}"
        for name, (_, origin) in values.items()
    )


def assignment(name: str, value: Any) -> str:
    """Return one line of TOML. JSON's strings, numbers and arrays are TOML's too."""
    if name not in OPTIONS:
        return f"# {name}: {value}"
    if value is None:
        return f"# {name}: {OPTIONS[name].default_shown}"
    return f"{name} = {to_json(value)}"
