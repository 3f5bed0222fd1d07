"""`mqworker setup`: what has to be in the sink before the first event."""

from __future__ import annotations

from dataclasses import replace

import click

from mqworker.cli.display import echo_json, printable
from mqworker.cli.options import Configuration, configured, json_option
from mqworker.config.sink import SinkOptions


@click.command()
@configured(SinkOptions, services={"sink"})
@json_option("Print a JSON object.")
def setup(configuration: Configuration, *, as_json: bool) -> None:
    """Install or upgrade what the sink needs: in Elasticsearch the index template.

    For a worker that lacks the privilege to do so itself; run this with an account that has it.
    """
    from mqworker.wiring.sink import set_up  # noqa: PLC0415 - not for flags alone

    found = set_up(replace(configuration.settings, sink_setup=True))
    if as_json:
        echo_json({"sink": found})
    else:
        click.echo(printable(found))
