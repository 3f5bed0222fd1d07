"""The workers on the first page: how fast each is, what it is at, what correlation filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from mqworker.core.console.chart import Sample, sparkline
from mqworker.core.console.elements import (
    FOOT,
    NOTHING,
    count,
    facts,
    head,
    lasting,
    note,
    several,
    word,
)
from mqworker.core.markup import safe
from mqworker.core.rates import number
from mqworker.core.sight.state import Filled, State
from mqworker.core.sight.watch import Scene, Speed, described

MILLISECOND = 1e-3
MEBIBYTE = 2**20

DRAWN = {"received": "Received", "stored": "Stored", "dead_letters": "Dead letters"}
"""Rates that are drawn over time, and what they are called."""

BRAKES = {
    "holds": "has stopped taking messages, because most of what came was bad",
    "trial": "takes a few messages, to see whether they still are bad",
}


class Workers(NamedTuple):
    """What the workers' sockets tell.

    scene: the last look, None before the first.
    samples: by the names of rates in `DRAWN`, all workers together, over time.
    """

    scene: Scene | None = None
    samples: Mapping[str, Sequence[Sample]] = MappingProxyType({})


NOBODY = "No worker can be seen from here."
WHY = (
    "A worker is seen through a socket that its own user and root may use: run the console as that "
    "user, on the same machine (socket_directory)."
)


def as_object(workers: Workers) -> dict[str, Any] | None:
    """Return everything for machines, as `mqworker top` does; None before the first look."""
    return described(workers.scene) if workers.scene else None


def attention(workers: Workers) -> Iterator[str]:
    """Give what needs somebody."""
    if workers.scene is None:
        return
    for gone in workers.scene.gone:
        yield f"Worker {gone.worker} (pid {gone.pid}) is gone."
    for state, _ in workers.scene.workers:
        yield from (f"Worker {state.worker} {words}." for words in faults(state))


def faults(state: State) -> Iterator[str]:
    """Give what is wrong with a worker."""
    if state.trouble:
        yield f"does not get on: {state.trouble}"
    if state.brake in BRAKES:
        yield BRAKES[state.brake]
    if state.ready and not state.consuming:
        yield "has no broker to take messages from"


def body(workers: Workers, span_s: float) -> Iterator[str]:
    """Give the section; charts are of the last `span_s` seconds."""
    yield "<h2>Workers</h2>\n"
    scene = workers.scene
    if scene is None or not scene.workers:
        yield note(f"{NOBODY if scene else 'Looking for workers …'} {WHY if scene else ''}")
        return
    yield from charts(workers, scene.whole[1], span_s)
    yield from table(scene)
    yield from totals(scene.whole[0])
    yield from fills(scene.whole[0].fills)


def charts(workers: Workers, speed: Speed, span_s: float) -> Iterator[str]:
    """Give the rates of all workers, drawn."""
    yield '<ul class="charts">\n'
    for name, title in DRAWN.items():
        samples = workers.samples.get(name, ())
        highest = max((each.value for each in samples if each.value is not None), default=0.0)
        drawing = sparkline(samples, f"{title.lower()} a second", span_s)
        yield (
            f'<li><span class="quiet">{title}</span> <strong>{rate(speed, name)}/s</strong> '
            f'<span class="quiet">highest {highest:,.3g}</span>{drawing}</li>\n'
        )
    yield "</ul>\n"


def rate(speed: Speed, name: str) -> str:
    """Return how often something happens in a second."""
    found = speed.rates.get(name)
    if found is None:
        return NOTHING
    return f"{found:,.0f}" if found >= 1000 else number(found)  # noqa: PLR2004 - with a separator


def table(scene: Scene) -> Iterator[str]:
    """Give the workers, and where there are several, all of them together."""
    yield head(
        *("Worker", "#Received/s", "#Stored/s", "#Retried/s", "#Dead/s", "#Filled/s", "#Bulk p50"),
        *("#p99", "#In flight", "#Oldest", "#CPU", "#Memory", "State"),
    )
    for state, speed in scene.workers:
        yield row(f"{state.worker} <span class='quiet'>pid {state.pid}</span>", state, speed)
    if len(scene.workers) > 1:
        yield row("all", *scene.whole)
    yield FOOT


def row(name: str, state: State, speed: Speed) -> str:
    """Return a worker's row; its name is HTML."""
    rates = ("received", "stored", "retried", "dead_letters", "filled")
    figures = [
        *(rate(speed, each) for each in rates),
        seconds(speed.p50_s),
        seconds(speed.p99_s),
        count(state.in_flight),
        NOTHING if state.held_s is None else lasting(state.held_s),
        f"{speed.busy:.0%}",
        f"{state.rss_bytes / MEBIBYTE:,.0f} MiB",
    ]
    cells = "".join(f'<td class="figure">{each}</td>' for each in figures)
    kind, words = standing(state)
    return (
        f'<tr><th scope="row" class="fits">{name}</th>{cells}'
        f'<td class="{kind} long">{safe(words)}</td></tr>\n'
    )


def seconds(duration: float | None) -> str:
    """Return a short duration.

    >>> seconds(0.0123), seconds(2.5)
    ('12 ms', '2.5 s')
    """
    if duration is None:
        return NOTHING
    if duration < 1:
        return f"{duration / MILLISECOND:.0f} ms"
    return f"{duration:.1f} s"


def standing(state: State) -> tuple[str, str]:
    """Return what a worker is at, as a class and in words."""
    wrong = "; ".join(faults(state))
    if wrong:
        return "unclear", wrong
    if not state.ready:
        return "quiet", f"starting: {state.doing}" if state.doing else "starting"
    return "filled", "consumes"


def totals(whole: State) -> Iterator[str]:
    """Give what all workers did since their start."""
    counts = whole.counts
    letters = sorted(whole.letters.items(), key=lambda item: -item[1])
    by_stage = ", ".join(f"{safe(stage)} {count(times)}" for stage, times in letters)
    yield from facts(
        (
            ("Stored since the start", several(counts.get("stored", 0), "event")),
            ("Found stored already", several(counts.get("duplicates", 0), "event")),
            ("Dead letters by stage", by_stage or "none"),
            ("Taken back", several(counts.get("taken_back", 0), "fill")),
            ("Remembered", several(whole.groups, "group") + f", {several(whole.links, 'link')}"),
        )
    )


def fills(filled: Sequence[Filled]) -> Iterator[str]:
    """Give how often each field was filled in since the workers' start, by kind of link."""
    if not filled:
        return
    fields = sorted({each.field for each in filled})
    times = {(each.field, each.link): each.times for each in filled}
    yield "<h2>Filled in, by link</h2>\n"
    yield head("Link", *(f"#{name.rpartition('.')[2]}" for name in fields), "")
    for link in sorted({each.link for each in filled}):
        cells = "".join(
            f'<td class="figure">{count(times.get((name, link)))}</td>' for name in fields
        )
        yield f'<tr><th scope="row" class="fits">{word(link)}</th>{cells}<td></td></tr>\n'
    yield FOOT
