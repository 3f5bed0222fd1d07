"""`mqworker indices`: what is stored of each day, and the end of what is old."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import click

from mqworker.cli.display import echo_json, printable
from mqworker.cli.options import Configuration, configured, json_option
from mqworker.cli.status import complain
from mqworker.config.settings import Settings
from mqworker.config.sink import SinkOptions
from mqworker.core.holding import Holding, over
from mqworker.core.naming import Naming
from mqworker.ports import Holdings

UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
STEP = 1024


@click.group()
def indices() -> None:
    """See what is stored of each day, and remove what is old."""


@indices.command("list")
@configured(SinkOptions, services={"sink"})
@json_option("Print each index as a JSON object on a line of its own.")
def list_indices(configuration: Configuration, *, as_json: bool) -> None:
    """List the indices that have names of ours: events-YYYYMMDD and events-out-of-range.

    What mqworker's template did not make (MozDef's indices have the same names) is marked.
    """
    from mqworker.wiring.sink import open_sink  # noqa: PLC0415 - not for flags alone

    with closing(open_sink(configuration.settings)) as store:
        found = store.holdings()
    if as_json:
        for one in found:
            echo_json(one._asdict())
    else:
        click.echo("\n".join(table(found)))


@indices.command()
@configured(SinkOptions, services={"sink"}, more=("days_back",))
@json_option("Print a JSON object: what was removed, or would be.")
@click.option(
    "--keep",
    type=click.IntRange(0, 36_500),
    required=True,
    metavar="DAYS",
    help="Keep today and so many days before it (UTC).",
)
@click.option(
    "--out-of-range", is_flag=True, help="Remove events-out-of-range, too, whatever it holds."
)
@click.option("--yes", is_flag=True, help="Do it. Without this nothing is removed.")
def prune(
    configuration: Configuration, *, keep: int, out_of_range: bool, yes: bool, as_json: bool
) -> None:
    """Remove the days that are older than DAYS days, for good. A dry run without --yes.

    Only daily indices are removed that mqworker's template made; others are left alone.
    """
    from mqworker.wiring.sink import open_sink  # noqa: PLC0415 - not for flags alone

    settings = configuration.settings
    if keep < settings.days_back:
        complain(
            f"events of up to {settings.days_back} days ago are still stored (days_back): late "
            "ones make an index anew that was removed",
            "warning",
        )
    with closing(open_sink(settings)) as store:
        found = doomed(store, settings, keep, out_of_range=out_of_range)
        if yes:
            remove(store, found)
    report(found, done=yes, as_json=as_json)


def doomed(store: Holdings, settings: Settings, keep: int, *, out_of_range: bool) -> list[Holding]:
    """Return what is to be removed."""
    naming = Naming(days_back=settings.days_back)
    today = datetime.now(UTC).date()
    return over(store.holdings(), naming, today, keep, catch_all=out_of_range)


def remove(store: Holdings, found: list[Holding]) -> None:
    """Remove indices, one after the other."""
    if not sys.stderr.isatty():
        for one in found:
            store.drop(one.name)
        return
    with click.progressbar(found, label="removing", file=sys.stderr) as bar:
        for one in bar:
            store.drop(one.name)


def report(found: list[Holding], *, done: bool, as_json: bool) -> None:
    """Tell what was removed, or would be."""
    documents, size = sum(one.documents for one in found), sum(one.size for one in found)
    if as_json:
        told: dict[str, Any] = {"indices": [one.name for one in found], "documents": documents}
        echo_json(told | {"size": size, "removed": done})
        return
    if found:
        click.echo("\n".join(table(found)))
    what = f"{len(found)} indices of {documents} documents, {spelled(size)}"
    click.echo(f"removed {what}" if done else f"would remove {what}: say --yes to do it")


def table(found: Iterable[Holding]) -> Iterator[str]:
    """Give indices as lines for a person."""
    yield f"{'index':<24} {'documents':>12} {'size':>12}"
    for one in found:
        mark = "" if one.ours else "  not made by mqworker"
        yield f"{printable(one.name):<24} {one.documents:>12} {spelled(one.size):>12}{mark}"


def spelled(size: int) -> str:
    """Return a number of bytes for a person."""
    number, unit = float(size), 0
    while number >= STEP and unit < len(UNITS) - 1:
        number, unit = number / STEP, unit + 1
    return f"{number:.1f} {UNITS[unit]}" if unit else f"{size} B"
