"""Where everything of a story stands on its page: rows downward in time, lanes side by side.

1. A row has one event, and what leads from event to event runs beside the lanes, never over a mark:
   out of a mark to a track of its own, along it, and in the row of the other event into its mark.
2. All numbers are CSS pixels. The list beside the drawing keeps to the heights of the rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Literal, NamedTuple

from mqworker.core.phrases import MINUTE, gap, lasted
from mqworker.core.story import Step, Story

STEP_HEIGHT = 46
PAUSE_HEIGHT = 26
LABEL_HEIGHT = 20
MARGIN = 24
RADIUS = 10
LANE_WIDTHS = ((4, 62), (8, 42), (14, 30))
"""With up to so many lanes, so much is between two of them where no track is."""

TRACK_WIDTH = 8
NEAREST_TRACK = RADIUS + 9
"""From a mark's middle, where lanes are at their narrowest; in wider ones there is more room."""
LEAVING = 7
ENTERING = (-7, -3, 1)
"""How far from a mark's middle arrows leave it, and enter it one after the other."""

MOST_TRACKS = 10
"""Beside one lane; more share the last."""

MOST_LANES = LANE_WIDTHS[-1][0]
"""Of more programs the quieter ones share a lane: the drawing would leave no room for words."""

OTHERS = "other programs"


class Row(NamedTuple):
    """A row of the page: a day that begins, time that passes, or an event; `y` is its top."""

    kind: Literal["day", "pause", "step"]
    y: int
    text: str = ""
    step: Step | None = None

    @property
    def height(self) -> int:
        """How high it is."""
        return STEP_HEIGHT if self.kind == "step" else PAUSE_HEIGHT


class Point(NamedTuple):
    """The middle of a mark."""

    x: int
    y: int


class Lane(NamedTuple):
    """A program on the drawing: its name, and where its line is."""

    name: str
    x: int
    top: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything's place.

    marks: by the number of the event. tracks: how far right of the mark its track is.
    """

    width: int
    height: int
    rows: tuple[Row, ...]
    lanes: tuple[Lane, ...]
    marks: dict[int, Point]
    tracks: dict[int, int]

    def way(self, source: int, target: int, order: int) -> str:
        """Return the path of an arrow between two events, for an SVG.

        Args:
            source: the number of the event that it comes from.
            target: the number of the event that it leads to.
            order: which of the arrows to that event it is, from 0.
        """
        start, end = self.marks[source], self.marks[target]
        track = start.x + self.tracks[source]
        leave, aside = start.y + LEAVING, ENTERING[order % len(ENTERING)]
        enter = end.y + aside
        turn = 5 if enter > leave else -5
        side = 1 if end.x < track else -1
        head = end.x + side * (edge(aside) + 4)
        return (
            f"M{start.x + edge(LEAVING):g} {leave}H{track - 5}Q{track} {leave} {track} "
            f"{leave + turn}V{enter - turn}Q{track} {enter} {track - side * 5} {enter}H{head:g}"
        )


def edge(aside: int) -> float:
    """Return how far a mark reaches to its side at a height above or below its middle."""
    return round(sqrt(RADIUS**2 - aside**2), 1)


def lay_out(story: Story) -> Layout:
    """Return the places of a story's rows, lanes and marks."""
    names = lane_names(story)
    rows = tuple(rows_of(story, len(names) * LABEL_HEIGHT + 8))
    ys = {row.step.number: row.y + STEP_HEIGHT // 2 for row in rows if row.step}
    place = {name: number for number, name in enumerate(names)}
    lane = {step.number: place.get(step.says.lane, len(names) - 1) for step in story.steps}
    tracks = tracks_of(story, lane, ys)
    width = next(width for most, width in LANE_WIDTHS if len(names) <= most)
    xs = [MARGIN]
    for number in range(len(names)):
        taken = [track for step, track in tracks.items() if lane[step] == number]
        xs.append(xs[-1] + width + TRACK_WIDTH * (max(taken, default=-1) + 1))
    marks = {number: Point(xs[lane[number]], y) for number, y in ys.items()}
    nearest = NEAREST_TRACK + (width - LANE_WIDTHS[-1][1]) // 4
    beside = {number: nearest + TRACK_WIDTH * track for number, track in tracks.items()}
    lanes = tuple(line(name, x, marks.values()) for name, x in zip(names, xs, strict=False))
    return Layout(xs[-1], rows[-1].y + rows[-1].height if rows else 0, rows, lanes, marks, beside)


def lane_names(story: Story) -> list[str]:
    """Return the lanes to draw."""
    if len(story.lanes) <= MOST_LANES:
        return list(story.lanes)
    busy = Counter(step.says.lane for step in story.steps).most_common(MOST_LANES - 1)
    return [*(name for name in story.lanes if name in dict(busy)), OTHERS]


def rows_of(story: Story, top: int) -> Iterator[Row]:
    """Give the rows, the first of them at `top`."""
    day: date | None = None
    before: Step | None = None
    for step in story.steps:
        today = step.says.time and step.says.time.date()
        passed = gap(before, step).total_seconds() if before else 0.0
        if today != day or before is None:
            yield (row := Row("day", top, str(today or "without a time")))
            top += row.height
        elif passed >= MINUTE:
            yield (row := Row("pause", top, lasted(passed)))
            top += row.height
        yield (row := Row("step", top, step=step))
        top += row.height
        day, before = today, step


def tracks_of(story: Story, lane: dict[int, int], ys: dict[int, int]) -> dict[int, int]:
    """Return the track of each event that others were filled in from, counted from its lane."""
    reached: dict[int, list[int]] = {}
    for step in story.steps:
        for source in step.sources.values():
            reached.setdefault(source, [ys[source]]).append(ys[step.number])
    tracks: dict[int, int] = {}
    ends: dict[tuple[int, int], int] = {}
    for source in sorted(reached, key=lambda source: min(reached[source])):
        top, bottom, beside = min(reached[source]), max(reached[source]), lane[source]
        tracks[source] = next(
            (track for track in range(MOST_TRACKS) if ends.get((beside, track), -1) < top),
            MOST_TRACKS - 1,
        )
        ends[beside, tracks[source]] = bottom
    return tracks


def line(name: str, x: int, marks: Iterable[Point]) -> Lane:
    """Return a lane from its first mark to its last."""
    ys = [mark.y for mark in marks if mark.x == x]
    return Lane(name, x, min(ys), max(ys))
