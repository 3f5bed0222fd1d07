"""`mqworker check`: whether a worker could work, and what mends it where it could not."""

from __future__ import annotations

import sys

import click

from mqworker.cli.display import echo_json, printable
from mqworker.cli.options import Attempt, configured, json_option
from mqworker.config.checking import CheckOptions
from mqworker.config.settings import WORKER
from mqworker.core.errors import Misconfigured
from mqworker.core.finding import MARKS, Finding, Verdict, status_of

PLAIN: dict[Verdict, str] = {"good": "ok", "bad": "BAD", "doubtful": "??", "unseen": "--"}
"""For terminals that have no ticks and crosses."""

WIDTH = 28


@click.command()
@configured(*WORKER, CheckOptions, tolerant=True)
@click.option("--offline", is_flag=True, help="Look at files only: no service is spoken to.")
@json_option("Print a JSON object: the exit status, and each finding with its cure.")
def check(attempt: Attempt, *, offline: bool, as_json: bool) -> int:
    """Look at everything that a worker needs, and change nothing.

    ✓ is as it must be; ✗ is a fault, with what mends it; ! works, but is probably not as meant;
    ? could not be seen from here. Exits with 0 without any ✗, with 69 when services only do not
    answer, else with 78.
    """
    from mqworker.wiring.checkup import check_all  # noqa: PLC0415 - not for flags alone

    found = []
    loaded = attempt if isinstance(attempt, Misconfigured) else attempt.loaded
    for finding in check_all(loaded, offline=offline):
        found.append(finding)
        if not as_json:
            show(finding)
    if as_json:
        findings = [finding._asdict() for finding in found]
        echo_json({"status": status_of(found), "findings": findings})
    else:
        conclude(found)
    return status_of(found)


def show(finding: Finding) -> None:
    """Print a finding, and its cure where one is needed."""
    name = finding.area if finding.subject == finding.area else f"{finding.area} {finding.subject}"
    lost = " (loses data)" if finding.loses else ""
    click.echo(
        f"{mark(finding.verdict)} {printable(name):<{WIDTH}} {printable(finding.told)}{lost}"
    )
    if finding.verdict != "good" and finding.cure:
        click.echo(f"    -> {printable(finding.cure)}")


def mark(verdict: Verdict) -> str:
    """Return the mark of a verdict, as far as the terminal can show it."""
    try:
        MARKS[verdict].encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return PLAIN[verdict]
    return MARKS[verdict]


def conclude(found: list[Finding]) -> None:
    """Print how many there are of each verdict."""
    counts = {verdict: sum(each.verdict == verdict for each in found) for verdict in MARKS}
    lossy = sum(each.loses and each.verdict != "good" for each in found)
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    click.echo(f"{told}{f'; {lossy} would lose data' if lossy else ''}")
