"""Soaks that were run -> docs/soak.rst and docs/soak.svg.

python -m benchmarks.soak_page build/soak-1.json build/soak-2.json
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.drawing import COLORS, HEAD, rectangle, text
from benchmarks.soak import LOOK_S, WARM, Soak, from_object

DOCS = Path(__file__).parents[1] / "docs"
WIDTH, PANEL, LEFT, RIGHT, TOP = 720, 96, 150, 20, 30
FIGURES = {
    "resident_mb": "resident memory, MB",
    "files": "file descriptors",
    "threads": "threads",
    "disk_mb": "memory's file, MB",
}
INTRODUCTION = """\
A soak
======

Written by ``make soak``; do not edit it. Events of 690 bytes go through RabbitMQ and a worker (from
source, with correlation and its memory on disk) to a sink that costs next to nothing, while all of
the worker's processes are looked at every {look:.0f} seconds. The events are 100 a second in event
time, so that the 50 minutes which correlation keeps are 300,000 of them: what it takes in after
that it has to forget. The figures are medians over a part of the events: from {warm:.0f} % on, when
memory is as full as it gets, and of the last part. The factor says by how much the last third of
that has grown over the first.

{machine}

"""


def main() -> None:
    """Write the page."""
    soaks = [from_object(json.loads(Path(name).read_text())) for name in sys.argv[1:]]
    (DOCS / "soak.svg").write_text(drawing(soaks))
    (DOCS / "soak.rst").write_text("\n".join(page(soaks)))


def page(soaks: Sequence[Soak]) -> Iterator[str]:
    """Give the page's lines."""
    machine = (
        f"CPython {platform.python_version()}, {os.cpu_count()} processors, shared with other work."
    )
    yield INTRODUCTION.format(look=LOOK_S, warm=100 * WARM, machine=machine)
    yield ".. image:: soak.svg\n   :alt: memory, files, threads and the size of memory's file\n"
    for soak in soaks:
        yield from section(soak)


def section(soak: Soak) -> Iterator[str]:
    """Give what one soak found."""
    title = f"{soak.events:,} events, " + (
        "one process" if soak.processes == 1 else f"{soak.processes} processes and their supervisor"
    )
    yield f"\n{title}\n{'-' * len(title)}\n"
    rate, found = soak.events / soak.seconds, f"lost {soak.lost}, doubled {soak.doubled}"
    yield f"In {soak.seconds:.0f} s, {rate:,.0f} a second; {found}.\n"
    rule = f"{'=' * 24}  {'=' * 12}  {'=' * 12}  {'=' * 8}"
    yield f"{rule}\n{'':24}  {f'from {100 * WARM:.0f} %':12}  {'at the end':12}  factor\n{rule}"
    for name, title in FIGURES.items():
        early, late = soak.middle(name, WARM, WARM + 0.2), soak.middle(name, 0.9, 1)
        yield f"{title:24}  {early:12.1f}  {late:12.1f}  {soak.growth(name):8.3f}"
    yield f"{rule}\n"


def drawing(soaks: Sequence[Soak]) -> str:
    """Return the curves, a panel for each figure."""
    height = TOP + PANEL * len(FIGURES) + 24
    body = [text(10, 20, "A soak", "start", bold=True)]
    for number, (name, title) in enumerate(FIGURES.items()):
        body += panel(soaks, name, title, TOP + PANEL * number)
    for number, soak in enumerate(soaks):
        at, y = LEFT + 250 * number, height - 18
        label = f"{soak.events:,} events, processes: {soak.processes}"
        body += [rectangle(at, y, 12, 12, COLORS[number]), text(at + 18, y + 11, label, "start")]
    head = HEAD.format(width=WIDTH, height=height)
    return "\n".join([head, rectangle(0, 0, WIDTH, height, "#ffffff"), *body, "</svg>\n"])


def panel(soaks: Sequence[Soak], name: str, title: str, y: float) -> list[str]:
    """Return the curves of one figure, over the share of the events."""
    most = max(getattr(each, name) for soak in soaks for each in soak.samples) or 1
    body = [rectangle(LEFT, y + 4, WIDTH - LEFT - RIGHT, PANEL - 14, "#f4f4f4")]
    body += [text(LEFT - 8, y + 44, title, "end"), text(LEFT - 8, y + 16, f"{most:,.0f}", "end")]
    body += [text(LEFT - 8, y + PANEL - 12, "0", "end")]
    for number, soak in enumerate(soaks):
        points = " ".join(
            f"{LEFT + (WIDTH - LEFT - RIGHT) * each.events / soak.events:.1f},"
            f"{y + PANEL - 10 - (PANEL - 18) * getattr(each, name) / most:.1f}"
            for each in soak.samples
        )
        line = f'fill="none" stroke="{COLORS[number]}" stroke-width="1.5"'
        body.append(f'<polyline points="{points}" {line}/>')
    return body


if __name__ == "__main__":
    main()
