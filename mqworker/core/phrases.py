"""What is said of a story's events, in the words that the text and the page share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from mqworker.core.correlation.answer import Ambiguous, Fill, Finding, Hot
from mqworker.core.display import clip, inert
from mqworker.core.story import Step, Story
from mqworker.core.testimony import Link

LONGEST_VALUE = 64
MINUTE, HOUR, DAY = 60, 3600, 86_400
UNITS = ((DAY, "d", HOUR, "h"), (HOUR, "h", MINUTE, "min"), (MINUTE, "min", 1, "s"))
"""Durations from this many seconds on are told in a unit and a smaller one."""

Kind = Literal["stated", "filled", "unclear"]


class Phrase(NamedTuple):
    """One thing that is said of an event; its texts are printable.

    kind: whether its sender stated it, correlation filled it in, or left it open.
    text: fields and values.
    how: over which link it was filled in, and from how far; "" where nothing was.
    source: the number of the event that it was filled in from, None when it has none.
    """

    kind: Kind
    text: str
    how: str = ""
    source: int | None = None


def phrases(step: Step) -> Iterator[Phrase]:
    """Give what is said of an event; what was filled in from one other event is one phrase."""
    if step.says.stated:
        yield Phrase("stated", ", ".join(map(pair, *zip(*step.says.stated.items(), strict=True))))
    by_evidence: dict[tuple[str, str, int], list[tuple[str, Fill]]] = {}
    for name, fill in step.says.fills:
        by_evidence.setdefault((fill.evidence, fill.link, fill.hops), []).append((name, fill))
    for several in by_evidence.values():
        yield filled(several, step.sources.get(several[0][0]))
    for name, finding in step.says.findings:
        if not isinstance(finding, Fill):
            yield Phrase("unclear", unclear(name, finding))


def filled(several: list[tuple[str, Fill]], source: int | None) -> Phrase:
    """Return what was filled in from one event."""
    _, fill = several[0]
    text = ", ".join(pair(name, each.value) for name, each in several)
    absent = "" if source is not None else f", event {shown(fill.evidence)}, not told here"
    return Phrase("filled", text, f"{inert(fill.link)}, {distance(fill)}{absent}", source)


def worded(phrase: Phrase) -> str:
    """Return a phrase as one text."""
    match phrase.kind:
        case "stated":
            return f"stated: {phrase.text}"
        case "filled":
            whence = "" if phrase.source is None else f" from event {phrase.source}"
            return f"filled{whence}: {phrase.text} ({phrase.how})"
        case "unclear":
            return f"unclear: {phrase.text}"


def is_open(step: Step) -> bool:
    """Tell whether correlation left a field of an event open because it found too much."""
    return any(not isinstance(finding, Fill) for _, finding in step.says.findings)


def is_filled(step: Step) -> bool:
    """Tell whether correlation filled in a field of an event."""
    return any(isinstance(finding, Fill) for _, finding in step.says.findings)


def distance(fill: Fill) -> str:
    """Return how far away the evidence is, in time and in links."""
    away = lasted(abs(fill.milliseconds) / 1000)
    earlier = "earlier" if fill.milliseconds < 0 else "later"
    when = f"{away} {earlier}" if fill.milliseconds else "at the same time"
    return f"{when}{links_away(fill.hops)}"


def unclear(name: str, finding: Finding) -> str:
    """Return why a field was left open."""
    match finding:
        case Ambiguous(candidates, hops):
            return f"{short(name)} is {' or '.join(map(shown, candidates))}{links_away(hops)}"
        case Hot(link, hops):
            return f"{short(name)}: too many events share the {inert(link)}{links_away(hops)}"
        case Fill():
            return ""


def links_away(hops: int) -> str:
    """Return how many links away something is, where it is more than one."""
    return "" if hops == 1 else f", {hops} links away"


def pair(name: str, value: str) -> str:
    """Return a field and its value."""
    return f"{short(name)} {shown(value)}"


def short(name: str) -> str:
    """Return a field's name without that of the object that it stands in."""
    return inert(name.removeprefix("details."))


def shown(value: str) -> str:
    """Return a value printable and clipped."""
    return inert(clip(value, LONGEST_VALUE))


def linked(link: Link) -> str:
    """Return a link's rule and what it is made of."""
    return f"{link.rule} ({made_of(link)})"


def made_of(link: Link) -> str:
    """Return what a link is made of."""
    return " ".join(shown(value) for value in link.fields.values())


def headline(story: Story) -> str:
    """Return what the story is about, in a line."""
    return f"{shown(story.value)}: {extent(story)}"


def extent(story: Story) -> str:
    """Return how many events a story has, and their time."""
    events, lanes = len(story.steps), len(story.lanes)
    count = f"{events} event{'s'[: events != 1]} of {lanes} program{'s'[: lanes != 1]}"
    times = [step.says.time for step in story.steps if step.says.time]
    if not times:
        return count
    first, last = min(times), max(times)
    span = f"in {lasted((last - first).total_seconds())}" if first < last else "at one time"
    return f"{count}, {span}, from {first:%Y-%m-%d %H:%M:%S} UTC"


def clock(time: datetime | None) -> str:
    """Return the time of day to the millisecond, in UTC as all times of documents."""
    return f"{time:%H:%M:%S}.{time.microsecond // 1000:03}" if time else "no time"


def gap(before: Step, after: Step) -> timedelta:
    """Return the time between two events; none when one of them has none."""
    if before.says.time is None or after.says.time is None:
        return timedelta()
    return after.says.time - before.says.time


def lasted(seconds: float) -> str:
    """Return a duration as people say it: 120 ms, 1.2 s, 4 min 10 s, 2 h 5 min, 3 d 4 h."""
    for unit, name, part, part_name in UNITS:
        if seconds >= unit:
            whole, rest = divmod(round(seconds / part), unit // part)
            return f"{whole} {name} {rest} {part_name}" if rest else f"{whole} {name}"
    return f"{seconds:.3g} s" if seconds >= 1 else f"{round(seconds * 1000)} ms"
