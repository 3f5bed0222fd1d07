from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

from mqworker.core.story_page import page
from mqworker.core.story_style import STYLE
from tests.stories import ADDRESS, event, stored, told, web


def test_a_page_has_the_drawing_the_words_and_the_table() -> None:
    text = "".join(page(told(stored(*web()), ADDRESS)))

    assert text.count('<svg class="drawing"') == 1
    assert text.count('<li class="step') == 3
    assert text.count('<tr id="event') == 3
    assert "filled from event 2: sessionid" in text


def test_a_page_names_nothing_to_load_and_forbids_it() -> None:
    text = "".join(page(told(stored(*web()), ADDRESS)))

    hashed = b64encode(sha256(STYLE.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{hashed}'" in text
    assert f"<style>{STYLE}</style>" in text
    assert not re.findall(r"\b(?:src|style|on[a-z]+)=\"|https?:|@import|<script|<link", text)
    assert {"#"} == {href[0] for href in re.findall(r'href="([^"]*)"', text)}


def test_a_mark_and_its_row_lead_to_each_other() -> None:
    text = "".join(page(told(stored(*web()), ADDRESS)))

    named = set(re.findall(r' id="([^"]+)"', text))
    assert {href[1:] for href in re.findall(r'href="([^"]*)"', text)} <= named


def test_whatever_a_hostile_event_holds_is_escaped() -> None:
    hostile = "\"'><img src=x onerror=alert(1)><!--\u202e\x00</main>"
    events = [event(0, hostile, hostile, sessionid=hostile, host=hostile, sourceipaddress=ADDRESS)]
    events += [event(1, "shop", hostile, sessionid=hostile, host=hostile)]

    text = "".join(page(told(stored(*events), hostile)))

    assert "<img" not in text
    assert "<!--" not in text
    assert text.count("</main>") == 1
    assert "\u202e" not in text
    assert "\x00" not in text


def test_an_empty_story_is_a_page_too() -> None:
    text = "".join(page(told(stored(), "nobody")))

    assert "<h1>The story of nobody</h1>" in text
    assert "<svg" not in text


def test_many_events_of_one_link_are_not_all_named_beside_it() -> None:
    many = [event(n, "shop", f"{n}", requestid="r", sourceipaddress=ADDRESS) for n in range(60)]

    assert "40</a> and 20 more" in "".join(page(told(stored(*many), ADDRESS)))
