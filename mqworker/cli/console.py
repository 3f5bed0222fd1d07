"""`mqworker console`: queues, dead letters, stories and stored events as pages."""

from __future__ import annotations

import click

from mqworker.cli.display import echo_json, printable
from mqworker.cli.options import Configuration, configured, json_option
from mqworker.config.broker import BrokerOptions
from mqworker.config.console import ConsoleOptions
from mqworker.config.events import EventOptions
from mqworker.config.sink import SinkOptions
from mqworker.core.errors import Misconfigured

MORE = (
    "dead_limit",
    "management_url",
    "rules",
    "memory",
    "socket_directory",
    "log_level",
    "log_format",
)

EXTRA = {"uvicorn", "httptools"}
"""What the extra `console` installs."""


@click.command()
@configured(
    ConsoleOptions,
    BrokerOptions,
    SinkOptions,
    EventOptions,
    services={"broker", "sink", "memory", "console"},
    more=MORE,
    daemon=True,
)
@json_option("Log as JSON, as with --log-format json, and print the address in a JSON object.")
def console(configuration: Configuration, *, as_json: bool) -> int:
    """Show queues, dead letters, stories and stored events as pages, until told to stop.

    It listens on this machine only, and lets in who has the token: open the address that it prints.
    It is read only, unless --console-writable lets dead letters be put back and removed.
    docs/console.rst tells the pages, and the same for programs.

    SIGTERM and SIGINT: end in good order; a second one: at once.
    """
    try:
        from mqworker.wiring.console import run_console  # noqa: PLC0415 - may not be installed
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in EXTRA:
            raise
        raise Misconfigured(
            f"the console needs the package {error.name}: pip install 'mqworker[console]'"
        ) from error

    def announce(address: str) -> None:
        if as_json:
            echo_json({"address": address})
        else:
            click.echo(printable(address))

    return run_console(configuration.loaded, announce)
