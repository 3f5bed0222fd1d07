"""A story as an SVG: a line for each program, a mark for each event, an arrow for each fill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mqworker.core.correlation.answer import Fill
from mqworker.core.markup import safe
from mqworker.core.phrases import clock, distance, is_filled, is_open, phrases, worded
from mqworker.core.story import Step, Story
from mqworker.core.story_layout import LABEL_HEIGHT, RADIUS, Lane, Layout, Point
from mqworker.core.story_style import TINTS

HEAD = (
    '<marker id="head{0}" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="8" markerHeight="8" '
    'markerUnits="userSpaceOnUse" orient="auto"><path class="head{0}" d="M0 0L8 4L0 8z"/></marker>'
)


def tints(story: Story) -> dict[str, int]:
    """Return a color for each kind of link over which something was filled in."""
    rules = {fill.link for step in story.steps for _, fill in step.says.fills}
    return {rule: place % TINTS for place, rule in enumerate(sorted(rules))}


def draw(story: Story, layout: Layout) -> Iterator[str]:
    """Give the drawing, piece by piece."""
    colors = tints(story)
    yield (
        f'<svg class="drawing" width="{layout.width}" height="{layout.height}" role="img" '
        f'aria-label="the events as marks, the programs as lines, the fills as arrows">\n<defs>'
    )
    yield from (HEAD.format(tint) for tint in sorted(set(colors.values())))
    yield "</defs>\n"
    for place, lane in enumerate(layout.lanes):
        yield from draw_lane(place, lane, layout.width)
    for step in story.steps:
        yield from draw_step(step, layout, colors)
    yield "</svg>\n"


def draw_lane(place: int, lane: Lane, width: int) -> Iterator[str]:
    """Give a program's line, and what leads from it to the program's name."""
    y = place * LABEL_HEIGHT + LABEL_HEIGHT // 2
    yield f'<path class="leader" d="M{lane.x} {lane.top}V{y}H{width}"/>'
    yield (
        f'<line class="thread" x1="{lane.x}" y1="{lane.top}" x2="{lane.x}" y2="{lane.bottom}">'
        f"<title>{safe(lane.name)}</title></line>\n"
    )


def draw_step(step: Step, layout: Layout, colors: Mapping[str, int]) -> Iterator[str]:
    """Give an event's mark, and the arrows of what was filled in at it."""
    yield f'<g class="event" id="mark{step.number}">'
    drawn: dict[tuple[int, str], Fill] = {}
    for name, fill in step.says.fills:
        if name in step.sources:
            drawn.setdefault((step.sources[name], fill.link), fill)
    for order, ((source, rule), fill) in enumerate(drawn.items()):
        way = layout.way(source, step.number, order)
        tint, far = colors[rule], " far" if fill.hops > 1 else ""
        yield (
            f'<path class="arrow tint{tint}{far}" marker-end="url(#head{tint})" d="{way}">'
            f"<title>{source} → {step.number}, {safe(rule)}, {distance(fill)}</title></path>"
        )
    yield draw_mark(step, layout.marks[step.number])
    yield "</g>\n"


def draw_mark(step: Step, at: Point) -> str:
    """Return an event's mark, which leads to its row in the table."""
    state = "is-open" if is_open(step) else "was-filled" if is_filled(step) else "is-told"
    halo = f'<circle class="halo" cx="{at.x:g}" cy="{at.y:g}" r="{RADIUS + 3}"/>'
    return (
        f'<a class="mark {state}" href="#event{step.number}">{halo if step.own else ""}'
        f'<circle cx="{at.x:g}" cy="{at.y:g}" r="{RADIUS}"/>'
        f'<text x="{at.x:g}" y="{at.y + 3.5:g}">{step.number}</text>'
        f"<title>{described(step)}</title></a>"
    )


def described(step: Step) -> str:
    """Return everything that is known of an event, for who points at its mark."""
    lines = [f"{step.number}  {clock(step.says.time)}  {step.says.lane}", step.says.summary.strip()]
    lines += [worded(phrase) for phrase in phrases(step)]
    return "\n".join(map(safe, lines))
