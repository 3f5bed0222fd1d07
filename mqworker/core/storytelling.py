"""A story as text: time downward, a column for each program, every event with what is said of it.

1. A line is at most as wide as asked for, and printable: events are texts of strangers.
2. Without color it says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from string import ascii_lowercase
from textwrap import wrap
from typing import Literal, NamedTuple

from mqworker.core.display import inert
from mqworker.core.phrases import (
    MINUTE,
    Phrase,
    clock,
    gap,
    headline,
    is_filled,
    is_open,
    lasted,
    made_of,
    phrases,
)
from mqworker.core.story import Step, Story

Tone = Literal["title", "quiet", "own", "stated", "filled", "unclear"]

Paint = Callable[[str, Tone], str]
"""Colors a text; it must not change its width."""

WIDTH = 100
NARROWEST = 40
"""Characters that words have at least, however narrow the lines are to be."""

TIME_WIDTH = len("12:00:00.000")
MOST_COLUMNS = 12
"""With more programs than that, each event has the letter of its own and nothing is drawn."""

LEGEND = "● as its sender wrote it   ○ something filled in   ? something left open"


def plain(text: str, _tone: Tone) -> str:
    """Return the text as it is."""
    return text


def tell(story: Story, width: int = WIDTH, paint: Paint = plain) -> Iterator[str]:
    """Give a story line by line; one without events has no lines.

    Args:
        story: what to tell.
        width: of a line, in characters.
        paint: colors what is to be colored.
    """
    if story.steps:
        teller = Teller(story, width, paint)
        yield from teller.head()
        yield from teller.body()
        yield from teller.foot()


class Lane(NamedTuple):
    """A program: its name and letter, and the numbers of its first and last event."""

    name: str
    letter: str
    first: int
    last: int


class Teller:
    """Knows what stands where on the lines."""

    def __init__(self, story: Story, width: int, paint: Paint) -> None:
        self.story = story
        self.paint = paint
        self.width = width
        self.lanes = lanes_of(story)
        self.number_width = len(str(len(story.steps)))
        margin = TIME_WIDTH + len(self.columns(0)) + self.number_width + 6
        self.room = max(width - margin, NARROWEST)

    def head(self) -> Iterator[str]:
        """Give what it is about, and who is in it."""
        for line in wrap(headline(self.story), self.width):
            yield self.paint(line, "title")
        yield ""
        few = len(self.lanes) <= MOST_COLUMNS
        for place, lane in enumerate(self.lanes):
            drawn = "│ " * place + lane.letter + "  " * (len(self.lanes) - place - 1)
            columns = f"{'':{TIME_WIDTH}}  {drawn if few else lane.letter}  "
            yield columns + clipped(inert(lane.name), self.width - len(columns))

    def body(self) -> Iterator[str]:
        """Give the events, with the days that they begin and the time that passes between them."""
        day: date | None = None
        before: Step | None = None
        for step in self.story.steps:
            today = step.says.time and step.says.time.date()
            if before is None or today != day:
                yield self.paint(f"{today or 'without a time'}", "quiet")
            elif (passed := gap(before, step).total_seconds()) >= MINUTE:
                yield self.line("", before.number, self.paint(f"⋮ {lasted(passed)}", "quiet"))
            yield from self.event(step)
            day, before = today, step

    def event(self, step: Step) -> Iterator[str]:
        """Give an event and what is said of it."""
        text = clipped(inert(step.says.summary.strip()), self.room)
        text = self.paint(text, "own") if step.own else text
        yield self.line(clock(step.says.time), step.number, text, mark=step)
        for phrase in phrases(step):
            yield from self.phrase(step, phrase)

    def phrase(self, step: Step, phrase: Phrase) -> Iterator[str]:
        """Give something that is said of an event."""
        label = f"{self.label(phrase):{len('filled ← ') + self.number_width}}  "
        text = f"{phrase.text} ({phrase.how})" if phrase.how else phrase.text
        for line in wrap(text, self.room - len(label), break_on_hyphens=False):
            yield self.line("", step.number, self.paint(label + line, phrase.kind))
            label = " " * len(label)

    def label(self, phrase: Phrase) -> str:
        """Return what stands before a phrase."""
        match phrase.kind:
            case "stated":
                return "stated"
            case "filled":
                return f"filled ← {phrase.source or '?'}"
            case "unclear":
                return "unclear"

    def line(self, time: str, number: int, text: str, mark: Step | None = None) -> str:
        """Return a line of the drawing."""
        shown = f"{number if mark else '':>{self.number_width}}"
        columns = self.columns(number, mark)
        head = f"{self.paint(f'{time:{TIME_WIDTH}}', 'quiet')}  {columns}  {shown}  {text}"
        return head.rstrip()

    def columns(self, number: int, mark: Step | None = None) -> str:
        """Return the programs' columns beside, or else below, an event."""
        if len(self.lanes) > MOST_COLUMNS:
            own = [lane.letter for lane in self.lanes if mark and lane.name == mark.says.lane]
            told = f"{own[0]} {sign(mark)}" if mark and own else ""
            return f"{told:{len(self.lanes[-1].letter) + 2}}"
        return " ".join(column(lane, number, mark) for lane in self.lanes)

    def foot(self) -> Iterator[str]:
        """Give what the events share, and what the reader should know."""
        if self.story.threads:
            yield ""
            yield self.paint("links", "title")
        names = max((len(thread.link.rule) for thread in self.story.threads), default=0)
        for thread in self.story.threads:
            numbers = f"events {ranges(thread.steps)}"
            text = f"  {thread.link.rule:{names}}  {made_of(thread.link)}: {numbers}"
            yield from wrap(text, self.width, subsequent_indent=" " * (names + 4))
        yield ""
        yield self.paint(LEGEND, "quiet")
        for note in self.story.notes:
            yield from (self.paint(line, "quiet") for line in wrap(inert(note), self.width))


def clipped(text: str, width: int) -> str:
    """Return the text in at most `width` characters."""
    return text if len(text) <= width else f"{text[: width - 1]}…"


def lanes_of(story: Story) -> list[Lane]:
    """Return the programs with their letters."""
    numbers: dict[str, list[int]] = {}
    for step in story.steps:
        numbers.setdefault(step.says.lane, []).append(step.number)
    return [
        Lane(name, letter(place), numbers[name][0], numbers[name][-1])
        for place, name in enumerate(story.lanes)
    ]


def letter(place: int) -> str:
    """Return a … z, aa … az, ba … for a place from 0."""
    higher, lower = divmod(place, len(ascii_lowercase))
    return (letter(higher - 1) if higher else "") + ascii_lowercase[lower]


def column(lane: Lane, number: int, mark: Step | None) -> str:
    """Return a program's sign beside an event (`mark`), or below it."""
    if mark and mark.says.lane == lane.name:
        return sign(mark)
    return "│" if lane.first <= number < lane.last else " "


def sign(step: Step) -> str:
    """Return the sign of an event: something was filled in, was left open, or it said it all."""
    if is_open(step):
        return "?"
    return "○" if is_filled(step) else "●"


def ranges(numbers: tuple[int, ...]) -> str:
    """Return numbers in ascending order as `1-3 5`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], number]
        else:
            runs.append([number])
    return " ".join("-".join(map(str, run)) for run in runs)
