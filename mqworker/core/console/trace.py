"""The page of one activity: the drawing of `mqworker trace --html`, and a form to ask for it."""

from __future__ import annotations

from collections.abc import Iterator

from mqworker.core.console.elements import field, link, note
from mqworker.core.console.view import Asked, View
from mqworker.core.markup import safe
from mqworker.core.phrases import extent
from mqworker.core.story import Story, as_object
from mqworker.core.story_page import contents
from mqworker.core.testimony import Testimony

USUAL, MOST = 300, 1000
"""Events that are told."""


def trace(story: Story | None, asked: Asked) -> View:
    """Return the page; without a story the form alone."""
    title = f"The story of {story.value}" if story else "Trace"
    return View(title, "/trace", body(story, asked), as_object(story) if story else None)


def body(story: Story | None, asked: Asked) -> Iterator[str]:
    """Give the page's contents."""
    yield from form(asked)
    if story is None:
        yield note(
            "An IP address, a session ID, a user name or an event's ID: every stored event of that "
            "activity is told in the order of time, with what correlation filled in and from where."
        )
        return
    yield f'<p class="lead">{safe(extent(story))}</p>\n'
    yield from (note(each) for each in story.notes)
    if not story.steps:
        yield note("Nothing found.")
    yield from contents(story, where)


def form(asked: Asked) -> Iterator[str]:
    """Give the form."""
    yield '<form class="filters" method="get" action="/trace" role="search">\n'
    yield field(
        "Value", "value", asked.fields.get("value", ""), hint="192.0.2.7, alice, …", size=30
    )
    yield field("Since", "since", asked.get("since"), hint="2026-11-23T09:30:00Z")
    yield field("Until", "until", asked.get("until"))
    yield field("At most", "limit", asked.get("limit"), hint=str(USUAL), size=6)
    yield "<button>Trace</button></form>\n"


def where(says: Testimony) -> str:
    """Return the link to an event's own page."""
    return link(f"{says.index_name}/{says.id}", "/event", index=says.index_name, id=says.id)
