from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.console.elements import (
    choice,
    count,
    facts,
    field,
    head,
    hidden,
    lasting,
    link,
    meter,
    moment,
    note,
    word,
)
from tests.pages import ATTACKS, NOW, Page


@pytest.mark.parametrize("text", ATTACKS)
def test_no_text_becomes_markup_in_any_part(text: str) -> None:
    parts = [
        link(text, "/letter", identity=text),
        *facts([(text, "x")]),
        head(text, f"#{text}"),
        hidden({text: text}),
        field(text, text, text, hint=text),
        choice(text, text, text, {text: text}),
        meter(0.5, text),
        note(text),
        word(text),
    ]

    assert Page(parts).is_harmless()


@given(st.text())
def test_a_link_leads_to_exactly_what_was_meant(text: str) -> None:
    (href,) = Page(link("x", "/letter", identity=text)).values("href")

    found = parse_qs(urlsplit(href).query, keep_blank_values=True)
    assert ([text] if text else []) == found.get("identity", [])


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), min_size=1))
def test_what_a_form_hides_comes_back_as_it_was(text: str) -> None:
    assert {"identity": text} == Page(hidden({"identity": text})).fields()


def test_the_choice_that_was_made_is_shown_even_if_it_is_none_of_ours() -> None:
    page = Page(choice("Stage", "stage", "other", {"": "any"}))

    assert ["", "other"] == [
        value for tag, name, value in page.attributes if (tag, name) == ("option", "value")
    ]


def test_numbers_and_times_are_written_for_people() -> None:
    assert ("34,212", "\u2013") == (count(34212), count(None))
    assert ("59 s", "119 s", "2 min", "23 h", "1 d") == tuple(
        map(lasting, (59, 119, 120, 86399, 86400))
    )
    assert "2026-11-23 12:00:00, 90 s ago" == Page(
        moment(NOW, NOW + timedelta(seconds=90))
    ).text.replace(" ,", ",")
    assert "unknown" == Page(moment(None)).text
