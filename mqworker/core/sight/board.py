"""A look at workers as lines for a terminal.

1. No line is longer than the terminal is wide, and there are no more of them than it is high: what
   does not fit is left out from the end, and of many workers it is said how many.
2. Everything that comes from elsewhere is made printable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from mqworker.core.display import inert
from mqworker.core.sight.state import State
from mqworker.core.sight.watch import Scene, Speed
from mqworker.core.sight.wording import age, amount, moment, rate, share, size, span

LEAST_WORKERS = 3
COLUMNS = ("WORKER", "PID", "STATE", "IN/S", "OUT/S", "HELD", "OLDEST", "P50", "P99", "CPU", "MEM")
WIDTHS = (6, 8, -10, 8, 8, 7, 7, 7, 7, 5, 7)
"""Of the columns, with the space before each; 80 together. A negative one is set to the left."""

NOTES = 3


class Frame(NamedTuple):
    """How large the terminal is, in characters."""

    width: int
    height: int


def board(scene: Scene, title: str, frame: Frame) -> list[str]:
    """Return the lines.

    Args:
        scene: what was seen.
        title: what is looked at.
        frame: how much room there is.
    """
    top = list(summary(scene, title))
    below = list(details(scene))
    room = max(LEAST_WORKERS, frame.height - len(top) - len(below) - 2)
    lines = [*top, "", *table(scene, room), *below]
    return [inert(line)[: frame.width].rstrip() for line in lines[: frame.height]]


def summary(scene: Scene, title: str) -> Iterator[str]:
    """Give what concerns all workers together."""
    state, speed = scene.whole
    count = len(scene.workers)
    up = f", up {span(scene.at - state.since)}" if count else ""
    yield f"mqworker {state.version}  {title}  {workers(count)}{up}  {clock(scene.at)}"
    yield (
        f"in {rate(speed, 'received', ' messages/s')}   out {rate(speed, 'stored', ' events/s')}   "
        f"in flight {amount(state.in_flight)}, the oldest for {age(state.held_s)}"
    )
    yield (
        f"bulks: p50 {moment(speed.p50_s)}, p99 {moment(speed.p99_s)}, "
        f"{share(speed.documents)} documents   retries {rate(speed, 'retried')}   "
        f"duplicates {rate(speed, 'duplicates')}"
    )
    for queue, depth in state.depths.items():
        consumers = "" if depth.consumers is None else f", {depth.consumers} consumers"
        yield f"queue {queue}: {amount(depth.ready)} wait{consumers}{aged(state)}"
    if not count:
        yield "! no worker answers"
    yield from warnings(state)


def aged(state: State) -> str:
    """Return how old the oldest message in hand is, where senders tell."""
    return "" if state.age_s is None else f"; the oldest in hand was sent {age(state.age_s)} ago"


def warnings(state: State) -> Iterator[str]:
    """Give what is not as it should be."""
    if state.brake != "off":
        words = "holds: most was bad" if state.brake == "holds" else "is on trial"
        yield f"! the brake {words}"
    if state.trouble:
        yield f"! stuck: {state.trouble}"
    if state.doing:
        yield f"! {state.doing}"


def table(scene: Scene, room: int) -> Iterator[str]:
    """Give a line for each worker, as far as there is room for them."""
    rows = [row(state, speed) for state, speed in scene.workers]
    rows += [aligned(str(state.worker), str(state.pid), "gone") for state in scene.gone]
    yield aligned(*COLUMNS)
    if len(rows) > room:
        rows = [*rows[: room - 1], f"       … {len(rows) - room + 1} more"]
    yield from rows


def row(state: State, speed: Speed) -> str:
    """Return a worker's line."""
    return aligned(
        str(state.worker),
        str(state.pid),
        condition(state),
        rate(speed, "received", ""),
        rate(speed, "stored", ""),
        amount(state.in_flight),
        age(state.held_s),
        moment(speed.p50_s),
        moment(speed.p99_s),
        f"{speed.busy:.0%}",
        size(state.rss_bytes),
    )


def aligned(*cells: str) -> str:
    """Return a line of the table."""
    return "".join(
        f" {cell:<{-width - 1}}" if width < 0 else f"{cell:>{width}}"
        for cell, width in zip(cells, WIDTHS, strict=False)
    )


def condition(state: State) -> str:
    """Return in a word how a worker is."""
    if state.trouble:
        return "STUCK"
    if not state.ready:
        return "starting"
    if state.brake == "holds":
        return "BRAKE"
    return "works" if state.consuming else "no broker"


def details(scene: Scene) -> Iterator[str]:
    """Give what was refused and filled, and what happened."""
    state, speed = scene.whole
    yield ""
    letters = sum(state.letters.values())
    stages = [f"{stage} {amount(count)}" for stage, count in ordered(state.letters.items())]
    yield f"dead letters {amount(letters)}, {rate(speed, 'dead_letters')}{listed(stages)}"
    total = sum(fill.times for fill in state.fills)
    yield f"filled {amount(total)}, {rate(speed, 'filled')}, taken back " + amount(
        state.counts.get("taken_back", 0)
    )
    fills = ordered([(f"  {fill.field} over {fill.link}", fill.times) for fill in state.fills])
    yield from columns([f"{words}: {amount(count)}" for words, count in fills])
    yield f"remembered: {amount(state.groups)} groups of events, {amount(state.links)} links"
    for note in scene.notes[:NOTES]:
        yield f"{clock(note.at)} {note.words}"


def ordered(pairs: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return pairs, the largest number first."""
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


def listed(words: list[str]) -> str:
    """Return what a number is made of."""
    return f": {', '.join(words)}" if words else ""


def columns(cells: list[str], width: int = 39) -> Iterator[str]:
    """Give lines of two cells each."""
    for place in range(0, len(cells), 2):
        yield "".join(f"{cell:<{width}} " for cell in cells[place : place + 2])


def workers(count: int) -> str:
    """Return how many workers there are."""
    return "1 worker" if count == 1 else f"{count} workers"


def clock(at: float) -> str:
    """Return the time of day, in UTC."""
    return f"{datetime.fromtimestamp(at, UTC):%H:%M:%S} UTC"
