from __future__ import annotations

import pytest

from mqworker.core.console.frame import entrance, page, trouble
from mqworker.core.console.view import View
from tests.pages import ATTACKS, Page


def test_a_page_says_where_it_is_and_what_may_be_done() -> None:
    shown = Page(page(View("Overview", "/", live=True), "word", writable=False))

    assert ("a", "aria-current", "page") in shown.attributes
    assert "read only" in shown.text
    assert {"word": "word"} == shown.fields()
    assert ["5"] == [value for value in shown.values("content") if value.isdigit()]


def test_a_page_that_does_not_tell_of_now_is_not_fetched_again() -> None:
    assert "http-equiv" not in {
        name for _, name, _ in Page(page(View("x", "/"), "word", writable=True)).attributes
    }


def test_who_is_not_let_in_sees_no_more_than_a_form() -> None:
    view = entrance("This is not the token.")
    shown = Page(page(view, "", writable=True))

    assert 401 == view.status
    assert "nav" not in shown.tags
    assert "changes allowed" not in shown.text
    assert "password" in shown.values("type")


@pytest.mark.parametrize("text", ATTACKS)
def test_hostile_titles_and_reasons_are_text(text: str) -> None:
    view = trouble(text, f"{text}\n{text}", 500)

    assert Page(page(view, "word", writable=True)).is_harmless()
