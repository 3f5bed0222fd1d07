"""The page of what `mqworker check` finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from mqworker.core.console.elements import FOOT, head, link, moment, several
from mqworker.core.console.view import Asked, View
from mqworker.core.finding import MARKS, Finding, status_of
from mqworker.core.markup import safe


class Health(NamedTuple):
    """What was found, and when."""

    findings: Sequence[Finding]
    taken: datetime


def health(told: Health, asked: Asked) -> View:
    """Return the page."""
    found = [each._asdict() for each in told.findings]
    facts = {"status": status_of(told.findings), "looked_at": told.taken, "findings": found}
    return View("Health", "/health", body(told, asked), facts)


def body(told: Health, asked: Asked) -> Iterator[str]:
    """Give the page's contents."""
    counts = {verdict: sum(each.verdict == verdict for each in told.findings) for verdict in MARKS}
    words = ", ".join(f"{number} {verdict}" for verdict, number in counts.items() if number)
    lossy = sum(each.loses and each.verdict != "good" for each in told.findings)
    yield f'<p class="{"bad" if counts["bad"] else "good"}">{words}'
    yield f"; {several(lossy, 'of them', 'of them')} would lose data.</p>\n" if lossy else ".</p>\n"
    yield '<p class="note">What mqworker check finds, with the configuration of the console, at '
    yield f"{moment(told.taken, asked.now)}. {link('Look again', '/health', again='1')}</p>\n"
    yield head("", "What", "Found", "What mends it")
    yield from map(row, told.findings)
    yield FOOT


def row(finding: Finding) -> str:
    """Return a finding."""
    same = finding.subject == finding.area
    name = finding.area if same else f"{finding.area} {finding.subject}"
    cure = safe(finding.cure) if finding.verdict != "good" else ""
    lost = ' <strong class="unclear">loses data</strong>' if finding.loses else ""
    return (
        f'<tr><td class="verdict {finding.verdict}" title="{finding.verdict}">'
        f'{MARKS[finding.verdict]}<span class="hidden"> {finding.verdict}</span></td>'
        f'<th scope="row">{safe(name)}</th><td>{safe(finding.told)}{lost}</td>'
        f'<td class="code">{cure}</td></tr>\n'
    )
