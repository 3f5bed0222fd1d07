"""`mqworker search`: stored events, the newest first."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any

import click

from mqworker.cli.display import clipped, echo_json, printable
from mqworker.cli.options import Configuration, configured, json_option
from mqworker.config.sink import SinkOptions

SUMMARY_WIDTH = 100


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option(
    "-n", "--limit", type=click.IntRange(1, 10_000), default=10, show_default=True, help="How many."
)
@configured(SinkOptions, services={"sink"})
@json_option("Print each hit as a JSON object on a line of its own: _index, _id, _source.")
def search(
    configuration: Configuration, *, words: tuple[str, ...], limit: int, as_json: bool
) -> None:
    """Find stored events that hold all these WORDS, the newest first."""
    from mqworker.wiring.sink import open_sink  # noqa: PLC0415 - not for flags alone

    with closing(open_sink(configuration.settings)) as archive:
        hits = archive.search(" ".join(words), limit)
    for hit in hits:
        if as_json:
            echo_json(hit)
        else:
            click.echo(told(hit))
    if not hits:
        click.echo("nothing found", err=True)


def told(hit: Mapping[str, Any]) -> str:
    """Return a hit for a person: when, what, where, and its place in the store."""
    source = hit["_source"]
    columns = [source.get(name) for name in ("utctimestamp", "severity", "category", "hostname")]
    head = "  ".join(printable(str(column)) for column in columns if column)
    summary = clipped(str(source.get("summary", "")), SUMMARY_WIDTH)
    return f"{head}\n    {summary}\n    {printable(hit['_index'])}/{printable(hit['_id'])}"
