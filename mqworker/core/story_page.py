"""A story as one page of HTML: drawn, and as a table below.

1. Every text of an event goes through `safe`: it can't become markup.
2. The page loads nothing: it has no script, and a policy that forbids all but its own style.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Final

from mqworker.core.markup import safe
from mqworker.core.phrases import (
    Phrase,
    clock,
    extent,
    made_of,
    phrases,
    worded,
)
from mqworker.core.story import Step, Story, Thread
from mqworker.core.story_drawing import draw, tints
from mqworker.core.story_layout import Layout, Row, lay_out
from mqworker.core.story_style import STYLE
from mqworker.core.testimony import Testimony

MANY: Final = 40
"""Events of a link that are named one by one."""

STYLE_HASH: Final = b64encode(sha256(STYLE.encode()).digest()).decode()
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; form-action 'none'"
)

SIGNS: Final = {
    "is-told": "as its sender wrote it",
    "was-filled": "something is filled in",
    "is-open": "something is left open",
    "own": "it has what was asked for",
}
"""What a mark's classes mean."""


def page(story: Story) -> Iterator[str]:
    """Give the page of a story, piece by piece."""
    yield (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{safe(story.value)}</title>\n<style>{STYLE}</style></head>\n<body><main>\n"
    )
    yield f'<h1>The story of {safe(story.value)}</h1>\n<p class="lead">{safe(extent(story))}</p>\n'
    yield from (f'<p class="note">{safe(note)}</p>\n' for note in story.notes)
    yield from contents(story)
    yield "</main></body></html>\n"


def placed(says: Testimony) -> str:
    """Return where an event is stored."""
    return f"{safe(says.index_name)}/{safe(says.id)}"


def contents(story: Story, where: Callable[[Testimony], str] = placed) -> Iterator[str]:
    """Give a story, drawn and as tables; nothing when it has no events.

    Args:
        story: what to draw.
        where: returns, as HTML, where an event is stored.
    """
    if story.steps:
        yield from legend(story)
        yield from board(story, lay_out(story))
        yield from shared(story)
        yield from table(story, where)


def legend(story: Story) -> Iterator[str]:
    """Give what signs and colors mean."""
    yield '<ul class="legend">\n'
    for sign, words in SIGNS.items():
        circle = f'<circle class="{"halo" if sign == "own" else ""}" cx="12" cy="12" r="9"/>'
        mark = f'<svg width="24" height="24"><g class="mark {sign}">{circle}</g></svg>'
        yield f"<li>{mark} {words}</li>\n"
    for rule, tint in tints(story).items():
        line = f'<path class="arrow tint{tint}" marker-end="url(#head{tint})" d="M1 8H26"/>'
        yield f'<li><svg width="32" height="16">{line}</svg> filled in over {safe(rule)}</li>\n'
    yield "</ul>\n"


def board(story: Story, layout: Layout) -> Iterator[str]:
    """Give the drawing, and the events in words beside it."""
    yield '<div class="board">\n'
    yield from draw(story, layout)
    yield '<div class="words"><ul class="rows names">\n'
    yield from (f"<li>{safe(lane.name)}</li>\n" for lane in layout.lanes)
    yield '</ul><ol class="rows">\n'
    yield from map(row, layout.rows)
    yield "</ol></div></div>\n"


def row(place: Row) -> str:
    """Return a row beside the drawing."""
    if place.step is None:
        sign = "⋮ " if place.kind == "pause" else ""
        return f'<li class="{place.kind}">{sign}{safe(place.text)}</li>\n'
    step, says = place.step, place.step.says
    said = "".join(map(chip, phrases(step)))
    return (
        f'<li class="step{" own" if step.own else ""}"><div class="first">'
        f'<span class="time">{clock(says.time)}</span>'
        f'<span class="summary" title="{safe(says.summary.strip())}">'
        f"{safe(says.summary.strip())}</span>"
        f'<span class="lane">{safe(says.lane)}</span></div>'
        f'<div class="second">{said}</div></li>\n'
    )


def chip(phrase: Phrase) -> str:
    """Return something that is said of an event, in short."""
    source = f"← {phrase.source or '?'} " if phrase.kind == "filled" else ""
    title = safe(worded(phrase))
    return f'<span class="said {phrase.kind}" title="{title}">{source}{safe(phrase.text)}</span>'


def shared(story: Story) -> Iterator[str]:
    """Give the links that several events have."""
    if story.threads:
        yield "<h2>What the events share</h2>\n<table><tr><th>Link</th><th>Value</th>"
        yield "<th>Events</th></tr>\n"
        yield from map(shared_row, story.threads)
        yield "</table>\n"


def shared_row(thread: Thread) -> str:
    """Return a link as a row of its table."""
    numbers = " ".join(map(jump, thread.steps[:MANY]))
    more = f" and {len(thread.steps) - MANY} more" if len(thread.steps) > MANY else ""
    value = safe(made_of(thread.link))
    return f"<tr><td>{safe(thread.link.rule)}</td><td>{value}</td><td>{numbers}{more}</td></tr>\n"


def jump(number: int) -> str:
    """Return a link to an event's mark."""
    return f'<a href="#mark{number}">{number}</a>'


def table(story: Story, where: Callable[[Testimony], str]) -> Iterator[str]:
    """Give the events as a table."""
    yield "<h2>The events</h2>\n<table><tr><th>#</th><th>Time (UTC)</th><th>Program</th>"
    yield "<th>Event</th><th>What is known of it</th></tr>\n"
    yield from (table_row(step, where(step.says)) for step in story.steps)
    yield "</table>\n"


def table_row(step: Step, where: str) -> str:
    """Return an event as a row of the table; `where` it is stored is HTML."""
    says = step.says
    when = f"{says.time:%Y-%m-%d} {clock(says.time)}" if says.time else clock(None)
    known = "".join(f'<p class="{each.kind}">{safe(worded(each))}</p>' for each in phrases(step))
    return (
        f'<tr id="event{step.number}"><td class="number">{jump(step.number)}</td>'
        f'<td class="time">{when}</td><td>{safe(says.lane)}</td>'
        f'<td>{safe(says.summary.strip())}<p class="place">{where}</p></td>'
        f"<td>{known}</td></tr>\n"
    )
