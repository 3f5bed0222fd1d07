from __future__ import annotations

from typing import Any

import orjson
import pytest

from mqworker.config.schemafiles import load_schemas
from mqworker.console import pages as makers
from mqworker.console.desk import Desk
from mqworker.console.lookout import Lookout
from mqworker.console.pages import Pages
from mqworker.console.watch import Watch
from mqworker.core.console.overview import Depth
from mqworker.core.console.view import Asked, Unasked, View
from mqworker.core.errors import BrokerUnavailable
from mqworker.core.finding import Finding
from mqworker.core.intake.http import Answer
from mqworker.core.letter import EVERY
from mqworker.core.policy import Policy
from tests.pages import Page, asked
from tests.stories import ADDRESS, RULES, stored, web
from tests.unit.console.conftest import LIMIT_S, Scene

GOOD = orjson.dumps(
    {"category": "authentication", "summary": "login", "details": {"success": True}}
)
BAD = b"not json"


class Checked:
    """Finds something, and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> list[Finding]:
        self.times += 1
        return [Finding("broker", "login", "good", f"look {self.times}")]


@pytest.fixture
def pages(desk: Desk) -> Pages:
    watch = Watch(lambda: pytest.fail("never started"), {"eventtask": False})
    return Pages(
        {"eventtask": desk}, 100, watch, Lookout(list), stored(*web()), POLICY, RULES, Checked()
    )


POLICY = Policy(load_schemas(()))


def facts(view: View | Answer) -> Any:
    assert isinstance(view, View)
    return orjson.loads(orjson.dumps(view.facts, default=str))


def again(**fields: str) -> Asked:
    return asked(again="1", **fields)


def test_letters_are_looked_at_once_and_again_when_asked_or_when_there_are_others(
    scene: Scene, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.bury(BAD)
    assert 1 == facts(pages.letters(asked()))["letters"]
    scene.bury(GOOD)
    assert 1 == facts(pages.letters(asked()))["letters"]
    anew = pages.letters(again())
    assert ("/letters?queue=eventtask", 2) == (anew.location, facts(anew)["letters"])
    assert 2 == facts(pages.letters(asked()))["letters"]

    monkeypatch.setattr(makers, "FRESH_S", 0.0)
    number = pages.desks["eventtask"].snapshots[EVERY].number
    pages.watch.series["eventtask.dead"] = pages.watch.series["eventtask"]
    pages.watch.series["eventtask"].depth, pages.watch.trouble = Depth(2), ""
    pages.letters(asked())
    assert number == pages.desks["eventtask"].snapshots[EVERY].number
    pages.watch.series["eventtask"].depth = Depth(3)
    pages.letters(asked())
    assert number < pages.desks["eventtask"].snapshots[EVERY].number


def test_a_letter_is_told_its_bytes_are_handed_over_and_nothing_is_taken(
    scene: Scene, pages: Pages
) -> None:
    scene.bury(BAD)
    (line,) = facts(pages.letters(asked()))["list"]

    (told,) = facts(pages.letter(asked(identity=line["identity"])))["letters"]
    assert "not json" == told["body"]
    bytes_of = pages.body(asked(identity=line["identity"], number="0"))
    assert isinstance(bytes_of, Answer)
    assert (BAD, "application/octet-stream") == (bytes_of.body, bytes_of.content_type)
    assert 404 == pages.body(asked(identity=line["identity"], number="1")).status
    assert 404 == pages.letter(asked(identity="other")).status
    assert [BAD] == scene.bodies()


def test_where_not_all_letters_could_be_kept_a_selection_is_looked_for_by_itself(
    scene: Scene, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mqworker.console.desk.MOST_LETTERS", 1)
    scene.bury(BAD, GOOD)
    every = facts(pages.letters(asked()))
    (newest,) = every["list"]
    assert (2, 1) == (every["letters"], every["unlisted"])

    oldest = next(c["example"] for c in every["causes"])
    for identity in (newest["identity"], oldest):
        assert 1 == facts(pages.letters(asked(identity=identity)))["letters"]


def test_replay_puts_back_what_is_meant_and_leads_to_what_came_of_it(
    scene: Scene, pages: Pages
) -> None:
    scene.bury(BAD, GOOD)

    assert "/job?queue=eventtask" == pages.replay(asked(passing="1", stage="unknown")).location

    assert {"replay": 1, "left": 1} == facts(pages.job(asked()))["job"]["fates"]
    assert ([GOOD], [BAD]) == (scene.bodies("eventtask"), scene.bodies())


def test_only_what_somebody_saw_is_removed(scene: Scene, pages: Pages) -> None:
    scene.bury(BAD)
    pages.letters(asked())
    page = Page(pages.remove(asked(look="1", queue="eventtask")).body)
    assert "1 letter would be removed for good" in page.text
    scene.bury(GOOD)

    pages.removed(asked(**page.fields()))

    assert [GOOD] == scene.bodies()
    with pytest.raises(Unasked, match="looked at anew since"):
        pages.removed(asked(**page.fields()))


def test_a_queue_that_is_not_watched_is_none(pages: Pages) -> None:
    with pytest.raises(Unasked, match="queue: one of eventtask, got 'other'"):
        pages.letters(asked(queue="other"))


def test_letters_that_cant_be_looked_at_are_said_to_be_in_other_hands(
    scene: Scene, pages: Pages
) -> None:
    scene.bury(BAD)
    scene.others[0] = True
    with pytest.raises(BrokerUnavailable, match="Another command looks through"):
        pages.letters(asked())

    scene.others[0] = False
    pages.letters(asked())
    scene.others[0] = True
    pages.letters(again())
    pages.desks["eventtask"].wait(LIMIT_S)
    told = pages.letters(again(stage="unknown"))
    assert "/letters?queue=eventtask&stage=unknown" == told.location
    assert 1 == pages.desks["eventtask"].snapshots[EVERY].toll.letters


def test_the_overview_tells_what_was_found_before_and_looks_at_nothing(
    scene: Scene, pages: Pages
) -> None:
    scene.bury(BAD)
    assert "causes" not in facts(pages.overview(asked()))["dead_letters"][0]
    pages.letters(asked())
    assert 1 == facts(pages.overview(asked()))["dead_letters"][0]["letters"]


def test_stored_events_are_traced_found_and_told(pages: Pages) -> None:
    story = facts(pages.trace(asked(value=ADDRESS)))
    assert 3 == len(story["events"])
    assert 1 == len(facts(pages.trace(asked(value=ADDRESS, limit="1")))["events"])
    assert [] == facts(pages.trace(asked(value=ADDRESS, until="2026-01-01")))["events"]
    assert None is pages.trace(asked()).facts

    (hit,) = facts(pages.search(asked(words="ValueError")))
    told = pages.event(asked(id=hit["_id"], index=hit["_index"]))
    assert hit == facts(told)
    assert 404 == pages.event(asked(id=hit["_id"], index="other")).status
    assert 404 == pages.event(asked()).status


def test_a_check_is_made_once_and_again_when_asked(pages: Pages) -> None:
    assert "look 1" == facts(pages.health(asked()))["findings"][0]["told"]
    assert "look 1" == facts(pages.health(asked()))["findings"][0]["told"]
    assert "/health" == pages.health(again()).location
    assert "look 2" == facts(pages.health(asked()))["findings"][0]["told"]
