from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from mqworker.core.console.letters import PER_PAGE, Listing, Snapshot, current, letters, removal
from mqworker.core.letter import EVERY, Letter, Selection
from mqworker.core.message import Refusal
from mqworker.core.toll import Toll
from tests.pages import ATTACKS, NOW, Page, asked, letter


def snapshot(*found: Letter, unheld: int = 0) -> Snapshot:
    toll = Toll()
    for each in reversed(found):
        toll.add(each)
    return Snapshot(7, EVERY, found, unheld, toll, len(found) + unheld, NOW)


def listing(*found: Letter, page: int = 1, unheld: int = 0) -> Listing:
    return Listing(snapshot(*found, unheld=unheld), ["eventtask"], "eventtask", page)


def test_letters_are_counted_by_cause_and_listed() -> None:
    view = letters(listing(letter(identity="b"), letter(identity="a")), asked())
    text = Page(view.body).text

    assert "2 dead letters ." in text or "2 dead letters." in text
    assert "/details/ip format" in text
    assert ["b", "a"] == [each["identity"] for each in view.facts["list"]]
    assert 2 == orjson.loads(orjson.dumps(view.facts))["letters"]


def test_who_may_only_read_is_offered_no_change() -> None:
    found = listing(letter())

    assert "Replay" in Page(letters(found, asked()).body).text
    page = Page(letters(found, asked()._replace(writable=False)).body)
    assert "post" not in page.values("method")
    assert "Remove" not in page.text


def test_the_forms_that_change_something_hold_the_sessions_word_and_what_is_meant() -> None:
    found = snapshot(letter(), letter(refusal=Refusal("decode", "no JSON"), identity="n"))
    narrow = found.narrowed(Selection(stages=frozenset({"decode"})))
    page = Page(letters(Listing(narrow, ["q"], "q"), asked(stage="decode")).body)

    assert {"queue": "q", "stage": "decode", "word": "word"}.items() <= page.fields().items()
    assert "/remove?queue=q&stage=decode&look=7" in page.values("href")


def test_a_narrower_selection_counts_only_what_it_means() -> None:
    found = snapshot(letter(), letter(refusal=Refusal("decode", "no JSON"), identity="n"))
    narrow = found.narrowed(Selection(stages=frozenset({"decode"})))

    assert (["n"], 1) == ([each.identity for each in narrow.letters], narrow.toll.letters)
    assert (2, 2) == (len(found.letters), found.toll.letters)


def test_many_letters_are_turned_by_pages() -> None:
    many = [letter(identity=f"{number}") for number in range(2 * PER_PAGE + 1)]

    last = letters(listing(*many, page=3), asked(stage="validate"))
    assert ["100"] == [each["identity"] for each in last.facts["list"]]
    page = Page(last.body)
    assert "page 3 of 3" in page.text
    assert "/letters?stage=validate&page=2" in page.values("href")
    assert "older" not in page.text


def test_letters_that_are_not_listed_are_said_to_be_there() -> None:
    assert (
        "the newest 1 are listed" in Page(letters(listing(letter(), unheld=9), asked()).body).text
    )


def test_of_several_queues_one_is_chosen() -> None:
    told = Listing(snapshot(), ["a", "b"], "b")
    page = Page(letters(told, asked()).body)

    assert ("option", "selected", "") in page.attributes
    assert "Queue" in page.text


def test_a_removal_says_how_many_and_that_there_is_no_way_back() -> None:
    page = Page(removal(snapshot(letter(), letter()), asked(queue="q")).body)

    assert "2 letters of 1 message would be removed for good. There is no way back." in page.text
    assert {"look": "7", "word": "word", "queue": "q"}.items() <= page.fields().items()


def test_a_letter_that_does_not_say_when_it_died_is_listed() -> None:
    assert "unknown" in Page(letters(listing(letter()._replace(died=None)), asked()).body).text


@pytest.mark.parametrize("text", ATTACKS)
def test_hostile_letters_and_questions_are_text(text: str) -> None:
    refusal = Refusal("validate", text, text, text, schema=text)
    hostile = letter(text.encode("utf-8", "backslashreplace"), refusal, identity=text)
    wanted = asked(stage=text, schema=text, reason=text, identity=text, age=text, queue=text)
    told = Listing(snapshot(hostile), [text, "q"], text, 1, text)

    assert Page(letters(told, wanted).body).is_harmless()
    assert Page(removal(snapshot(hostile), wanted).body).is_harmless()


def test_what_is_shown_is_kept_in_every_link() -> None:
    wanted = asked(stage="decode", age="1h", other="x")

    assert {"stage": "decode", "age": "1h"} == {k: v for k, v in current(wanted).items() if v}
    older = letter(died=NOW - timedelta(days=1))
    assert "again=1" in " ".join(Page(letters(listing(older), wanted).body).values("href"))
