"""A number over the last minutes, as a small drawing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mqworker.core.console.elements import NOTHING, lasting
from mqworker.core.markup import safe

WIDTH, HEIGHT, EDGE = 168, 34, 2


class Sample(NamedTuple):
    """What was measured at a time (seconds of any clock); None where nothing could be."""

    at: float
    value: float | None


def sparkline(samples: Sequence[Sample], name: str, span_s: float) -> str:
    """Return a drawing of the last `span_s` seconds, from zero to the highest value.

    Where nothing was measured the line is broken. Who can't see it is told the values in words.
    """
    known = [each.value for each in samples if each.value is not None]
    if not known:
        return f'<span class="quiet">{NOTHING}</span>'
    top, end = max(*known, 1e-9), samples[-1].at
    words = f"{name}, last {lasting(span_s)}: now {known[-1]:,.4g}, highest {max(known):,.4g}"
    lines = "".join(path(run, top, end, span_s) for run in runs(samples))
    return (
        f'<svg class="spark" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'role="img" aria-label="{safe(words)}"><title>{safe(words)}</title>'
        f'<path class="zero" d="M0 {HEIGHT - EDGE}H{WIDTH}"/>{lines}</svg>'
    )


def runs(samples: Sequence[Sample]) -> Iterator[list[tuple[float, float]]]:
    """Give what was measured without a break."""
    run: list[tuple[float, float]] = []
    for at, value in samples:
        if value is not None:
            run.append((at, value))
        elif run:
            yield run
            run = []
    if run:
        yield run


def path(run: Sequence[tuple[float, float]], top: float, end: float, span_s: float) -> str:
    """Return the line of one run, and the area below it."""
    room = HEIGHT - 2 * EDGE
    points = [
        (WIDTH * (1 - (end - at) / span_s), EDGE + room * (1 - value / top)) for at, value in run
    ]
    if len(points) == 1:
        points.insert(0, (points[0][0] - 1, points[0][1]))
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    area = f"{points[0][0]:.1f},{HEIGHT - EDGE} {line} {points[-1][0]:.1f},{HEIGHT - EDGE}"
    return f'<polygon class="area" points="{area}"/><polyline class="line" points="{line}"/>'
