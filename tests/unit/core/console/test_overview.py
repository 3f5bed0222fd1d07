from __future__ import annotations

from typing import Any

import orjson
import pytest

from mqworker.core.console.chart import Sample
from mqworker.core.console.overview import (
    Deaths,
    Depth,
    Overview,
    Queue,
    attention,
    common,
    overview,
)
from mqworker.core.message import Refusal
from mqworker.core.toll import Toll, cause_of
from tests.pages import ATTACKS, NOW, Page, letter


def told(*queues: Queue, trouble: str = "", **deaths: Any) -> Overview:
    return Overview(queues, [Deaths("eventtask", **deaths)], trouble, NOW)


def rising(*values: float | None) -> list[Sample]:
    return [Sample(2.0 * at, value) for at, value in enumerate(values)]


def test_when_nothing_is_wrong_nothing_needs_attention() -> None:
    queues = (Queue("eventtask", depth=Depth(12, None, 1)), Queue("eventtask.dead", dead=True))

    assert [] == [*attention(told(*queues, ready=3, limit=100))]
    assert "Nothing needs attention" in Page(overview(told(*queues)).body).text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (told(trouble="no answer"), "The broker can't be asked: no answer"),
        (told(Queue("q", depth=Depth(5, None, 0))), "Nobody consumes q: 5 messages waiting"),
        (told(Queue("q", is_there=False)), "There is no queue q"),
        (told(ready=80, limit=100), "take 80 of 100 places"),
    ],
)
def test_what_is_wrong_is_said(state: Overview, words: str) -> None:
    assert words in " ".join(attention(state))


def test_a_missing_queue_of_dead_letters_is_nothing_wrong() -> None:
    assert [] == [*attention(told(Queue("q.dead", dead=True, is_there=False)))]


def test_a_trend_is_of_the_last_half_minute_and_not_told_too_early() -> None:
    assert Queue("q", samples=rising(1, 2)).trend is None
    assert 0.5 == Queue("q", samples=rising(*range(100))).trend
    assert -0.5 == Queue("q", samples=rising(*range(1000, 900, -1), None)).trend
    assert Queue("q").trend is None


def test_everything_is_told_to_machines_too() -> None:
    toll = Toll()
    toll.add(letter())
    view = overview(told(Queue("q", depth=Depth(1, 2, 3)), toll=toll, taken=NOW, limit=9))

    found = orjson.loads(orjson.dumps(view.facts))
    assert {
        "name": "q",
        "is_there": True,
        "ready": 1,
        "unsettled": 2,
        "consumers": 3,
        "trend": None,
    } == found["queues"][0]
    assert (1, 9) == (found["dead_letters"][0]["letters"], found["dead_letters"][0]["limit"])


@pytest.mark.parametrize("text", ATTACKS)
def test_hostile_names_and_reasons_are_text(text: str) -> None:
    toll = Toll()
    toll.add(letter(refusal=Refusal("decode", text)))
    toll.add(letter(refusal=Refusal("validate", text, text, text, schema=text), identity=text))
    queue = Queue(text, depth=Depth(1, None, 0), samples=rising(1, 2))
    state = Overview([queue], [Deaths(text, 90, toll, NOW, 100)], text, NOW)

    assert Page(overview(state).body).is_harmless()


def test_what_the_reasons_of_a_cause_share_finds_all_of_its_letters() -> None:
    reason = "not JSON: unexpected end of data: line 1, column 27"

    assert common(cause_of(letter(refusal=Refusal("decode", reason)))) in reason
