from __future__ import annotations

from typing import Any

import pytest

from mqworker.core.console.event import MOST_FIELDS, event, search
from tests.pages import ATTACKS, Page, asked

HIT = {
    "_index": "events-20261123",
    "_id": "abc",
    "_source": {
        "utctimestamp": "2026-11-23T12:00:00+00:00",
        "summary": "invalid input",
        "tags": ["a", "b"],
        "details": {"username": "mallory", "sourceipaddress": "203.0.113.9", "n": {"x": 1}},
        "correlation": {
            "filled": [{"field": "details.username", "from": "def", "link": "session"}],
            "ambiguous": [{"field": "details.sessionid"}],
        },
    },
}


def hit(**source: Any) -> dict[str, Any]:
    return {"_index": "events-20261123", "_id": "abc", "_source": source}


def test_an_event_is_told_whole_and_what_was_filled_in_from_where() -> None:
    page = Page(event(HIT, "abc").body)

    assert "details.n.x 1" in page.text
    assert "mallory filled in over session from def" in page.text
    assert "tags a, b" in page.text
    assert "ambiguous" in page.text


def test_addresses_sessions_and_users_lead_to_their_stories() -> None:
    led = Page(event(HIT, "abc").body).values("href")

    assert {"/trace?value=203.0.113.9", "/trace?value=mallory", "/trace?value=abc"} <= set(led)


def test_an_event_that_is_not_there_is_said_not_to_be() -> None:
    assert 404 == event(None, "x").status


def test_found_events_lead_to_their_pages() -> None:
    page = Page(search([HIT], asked(words="invalid")).body)

    assert "/event?index=events-20261123&id=abc" in page.values("href")
    assert "1 event, the newest first." in page.text


def test_a_search_without_words_is_a_form_and_one_that_finds_nothing_says_so() -> None:
    assert "hold all of these words" in Page(search(None, asked()).body).text
    assert "Nothing found." in Page(search([], asked(words="x")).body).text
    assert [] == search([], asked()).facts


@pytest.mark.parametrize(
    "source",
    [
        {},
        {"summary": None, "utctimestamp": "yesterday", "details": None, "correlation": "x"},
        {"correlation": {"filled": [1, {"field": []}], "hot": {}}, "severity": {"a": []}},
        {"details": {f"k{n}": n for n in range(2 * MOST_FIELDS)}},
        {"summary": "s" * 100_000, "details": {"username": ["a", 1, None, True]}},
    ],
)
def test_whatever_a_document_holds_it_is_shown(source: dict[str, Any]) -> None:
    assert Page(event(hit(**source), "abc").body).is_harmless()
    assert Page(search([hit(**source)], asked()).body).is_harmless()


def test_a_document_may_be_nested_more_deeply_than_python_recurses() -> None:
    deep: dict[str, Any] = {}
    inner = deep
    for _ in range(5000):
        inner["a"] = {}
        inner = inner["a"]

    assert Page(event(hit(details=deep), "abc").body).is_harmless()


@pytest.mark.parametrize("text", ATTACKS)
def test_hostile_events_are_text(text: str) -> None:
    filled = [{"field": "details.username", "from": text, "link": text}]
    hostile = {
        "_index": text,
        "_id": text,
        "_source": {
            "summary": text,
            "utctimestamp": text,
            "hostname": text,
            text: text,
            "details": {"username": text, text: [text]},
            "correlation": {"filled": filled, text: text},
        },
    }

    assert Page(event(hostile, text).body).is_harmless()
    assert Page(search([hostile], asked(words=text, limit=text)).body).is_harmless()
