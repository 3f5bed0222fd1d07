from __future__ import annotations

from typing import Any

import orjson
import pytest

from mqworker.core.console.chart import Sample
from mqworker.core.console.overview import Overview, overview
from mqworker.core.console.workers import Workers, as_object, attention, body, seconds
from mqworker.core.sight.state import Filled, Spread, State
from mqworker.core.sight.watch import Watch
from tests.pages import ATTACKS, NOW, Page


def state(at: float = 100.0, worker: int = 0, **more: Any) -> State:
    whole = {"ready": True, "consuming": True, "lead": 10, "pid": 10 + worker, "at": at}
    return State(worker=worker, **(whole | more))


def seen(*looks: list[State]) -> Workers:
    watch = Watch()
    scenes = [watch.look(states, 100.0 + 2 * at) for at, states in enumerate(looks)]
    return Workers(scenes[-1], {"stored": [Sample(0, 1), Sample(2, 3)]})


def told(workers: Workers) -> Page:
    return Page(body(workers, 600))


def test_each_worker_has_a_row_with_its_rates_and_all_have_one_together() -> None:
    spread = Spread((0.1, 1.0), (4, 0, 0), 0.2)
    before = [state(counts={"stored": 0}), state(worker=1)]
    now = [
        state(102.0, counts={"stored": 3000}, latency=spread, in_flight=7, held_s=65),
        state(102.0, 1, counts={"stored": 20}, rss_bytes=2**25),
    ]
    text = told(seen(before, now)).text

    assert "1,500" in text
    assert "0 pid 10" in text
    assert "1 pid 11" in text
    assert "50 ms" in text
    assert "65 s" in text
    assert "32 MiB" in text
    assert "all" in text
    assert "3,020 events" in text


def test_what_was_filled_in_is_told_by_field_and_link() -> None:
    fills = (Filled("details.username", "session", 455), Filled("details.sessionid", "process", 3))
    text = told(seen([state(fills=fills)])).text

    assert "Link sessionid username" in text
    assert "process 3 \u2013" in text
    assert "session \u2013 455" in text


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"trouble": "stuck in a <write>"}, "Worker 0 does not get on: stuck in a <write>."),
        ({"brake": "holds"}, "Worker 0 has stopped taking messages"),
        ({"brake": "trial"}, "Worker 0 takes a few messages"),
        ({"consuming": False}, "Worker 0 has no broker to take messages from."),
    ],
)
def test_what_is_wrong_with_a_worker_needs_attention(more: dict[str, Any], words: str) -> None:
    workers = seen([state(**more)])

    assert words in " ".join(attention(workers))
    assert words in Page(overview(Overview([], [], "", NOW, workers)).body).text


def test_a_worker_that_went_is_missed_and_one_that_starts_is_not_blamed() -> None:
    assert "Worker 0 (pid 10) is gone." in " ".join(attention(seen([state()], [])))
    starting = seen([state(ready=False, consuming=False, doing="opening the memory")])
    assert [] == [*attention(starting)]
    assert "starting: opening the memory" in told(starting).text


def test_where_no_worker_can_be_seen_that_is_said_and_why() -> None:
    assert "Looking for workers" in told(Workers()).text
    assert "No worker can be seen from here." in told(seen([])).text
    assert "own user and root" in told(seen([])).text
    assert [] == [*attention(Workers())] == [*attention(seen([]))]


def test_machines_are_told_as_by_top() -> None:
    assert None is as_object(Workers())
    found = orjson.loads(orjson.dumps(as_object(seen([state()], [state(102.0)]))))

    assert 10 == found["workers"][0]["pid"]
    assert 0 == found["together"]["now"]["rates"]["stored"]


@pytest.mark.parametrize("text", ATTACKS)
def test_hostile_names_are_text(text: str) -> None:
    hostile = state(
        queues=(text,),
        trouble=text,
        doing=text,
        letters={text: 1},
        fills=(Filled(text, text, 1),),
        counts={text: 1},
    )
    workers = seen([hostile])

    assert told(workers).is_harmless()
    assert Page(overview(Overview([], [], "", NOW, workers)).body).is_harmless()


def test_durations_are_told_in_milliseconds_or_seconds() -> None:
    assert ("12 ms", "2.5 s", "\u2013") == (seconds(0.0123), seconds(2.5), seconds(None))
