from __future__ import annotations

import pytest

from mqworker.core.console.trace import trace
from tests.pages import ATTACKS, Page, asked
from tests.stories import ADDRESS, event, stored, told, web


def test_a_story_is_drawn_and_each_event_leads_to_its_page() -> None:
    view = trace(told(stored(*web()), ADDRESS), asked(value=ADDRESS))
    page = Page(view.body)

    assert f"The story of {ADDRESS}" == view.title
    assert "drawing" in page.values("class")
    assert 3 == len([led for led in page.values("href") if led.startswith("/event?index=events-")])
    assert 3 == len(view.facts["events"])


def test_without_a_value_there_is_a_form() -> None:
    view = trace(None, asked())

    assert ("Trace", None) == (view.title, view.facts)
    assert "value" in Page(view.body).values("name")


def test_a_story_without_events_says_so() -> None:
    assert (
        "Nothing found." in Page(trace(told(stored(), "nobody"), asked(value="nobody")).body).text
    )


@pytest.mark.parametrize("text", ATTACKS)
def test_hostile_events_are_text(text: str) -> None:
    kept = text.replace("\ud800", "")
    hostile = event(
        0, kept, kept, username=kept, sessionid=kept, sourceipaddress=ADDRESS, host=kept
    )
    story = told(stored(hostile), ADDRESS)

    assert Page(trace(story, asked(value=text, since=text, limit=text)).body).is_harmless()
