from __future__ import annotations

import time
from contextlib import closing

import pytest

from mqworker.console import desk as desks
from mqworker.console.desk import Busy, Desk, Pile
from mqworker.core.console.job import Job
from mqworker.core.errors import BrokerUnavailable
from mqworker.core.letter import EVERY, Selection
from mqworker.core.replay import Plan
from tests.pages import letter
from tests.unit.console.conftest import LIMIT_S, Scene


def ended(desk: Desk) -> Job:
    """Wait for the end of what is being done; return how it ended."""
    desk.wait(LIMIT_S)
    assert desk.job
    assert desk.job.ended
    return desk.job


def test_a_look_finds_all_letters_the_newest_first_and_leaves_them_in_their_places(
    scene: Scene, desk: Desk
) -> None:
    sent = [b"%d" % number for number in range(95)]
    scene.bury(*sent)

    desk.look(EVERY)

    assert ("", 95, 95) == (ended(desk).error, ended(desk).done, ended(desk).total)
    found = desk.snapshots[EVERY]
    assert sent[::-1] == [each.delivery.body for each in found.letters]
    assert (95, 95, 0) == (found.toll.letters, found.seen, found.unheld)
    assert sent == scene.bodies()
    assert 95 == scene.count()


def test_a_look_for_some_is_kept_beside_the_one_for_all(scene: Scene, desk: Desk) -> None:
    scene.bury(b"1", b"2")
    some, others = Selection(reason="no"), Selection(stages=frozenset({"decode"}))
    for selection in (EVERY, some, others):
        desk.look(selection)
        ended(desk)

    assert {EVERY, others} == set(desk.snapshots)
    assert 0 == desk.snapshots[others].toll.letters
    assert 3 == len({*range(1, 4), *(each.number for each in desk.snapshots.values())})


def test_only_the_newest_are_kept_and_the_others_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desks, "MOST_LETTERS", 3)
    monkeypatch.setattr(desks, "MOST_BYTES", 10)
    pile = Pile()
    for size in (1, 1, 1, 1, 8, 100):
        pile.add(letter(b"x" * size))

    assert ([100], 100, 5) == ([len(e.delivery.body) for e in pile.kept], pile.size, pile.dropped)


def test_nothing_begins_while_somebody_else_looks(scene: Scene, desk: Desk) -> None:
    scene.bury(b"1")
    scene.others[0] = True

    desk.look(EVERY)

    assert "Another command looks through" in ended(desk).error
    assert {} == desk.snapshots


def test_letters_are_put_back_and_what_was_found_before_is_forgotten(
    scene: Scene, desk: Desk
) -> None:
    scene.bury(b"1", b"2")
    desk.look(EVERY)
    ended(desk)

    desk.replay(Plan("eventtask"))

    assert {"replay": 2} == ended(desk).fates
    assert ([], [b"1", b"2"], {}) == (scene.bodies(), scene.bodies("eventtask"), desk.snapshots)


def test_only_letters_that_were_seen_are_removed(scene: Scene, desk: Desk) -> None:
    scene.bury(b"1", b"2")
    desk.look(EVERY)
    ended(desk)
    seen = {each.key for each in desk.snapshots[EVERY].letters}
    scene.bury(b"3")

    desk.remove(seen)

    assert {"removed": 2} == ended(desk).fates
    assert [b"3"] == scene.bodies()


def test_one_thing_is_done_at_a_time_and_stops_when_told_with_every_letter_in_its_place(
    scene: Scene,
) -> None:
    sent = [b"%d" % number for number in range(2000)]
    scene.bury(*sent)
    with closing(scene.desk(slow=True)) as desk:
        desk.replay(Plan("eventtask"))
        with pytest.raises(Busy, match="Something else is being done"):
            desk.look(EVERY)
        while not (desk.job and desk.job.done):
            time.sleep(0.01)
        desk.stop()

        told = ended(desk)
        assert "Stopped before its end." == told.error
        back, left = scene.bodies("eventtask"), scene.bodies()
        assert 0 < len(back) < 2000
        assert sent == back + left
        assert len(left) == scene.count()


def test_closing_ends_what_is_being_done(scene: Scene) -> None:
    scene.bury(*[b"%d" % number for number in range(2000)])
    desk = scene.desk(slow=True)
    desk.replay(Plan("eventtask"))

    desk.close()
    desk.close()

    assert 2000 == scene.count() + scene.broker.depth("eventtask").ready


def test_what_goes_wrong_is_told_without_passwords(scene: Scene) -> None:
    def count() -> int:
        raise BrokerUnavailable("amqp://guest:hunter2@127.0.0.1/: no answer")

    scene.count = count  # type: ignore[method-assign]
    with closing(scene.desk()) as broken:
        broken.look(EVERY)
        assert "amqp://guest:***@127.0.0.1/: no answer" == ended(broken).error
        assert not broken.is_busy


def test_a_defect_is_told_as_one_and_the_next_may_begin(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    def count() -> int:
        raise KeyError

    scene.count = count  # type: ignore[method-assign]
    with closing(scene.desk()) as broken:
        broken.look(EVERY)
        assert "A defect of mqworker; it is in its log." == ended(broken).error
        broken.look(EVERY)
        ended(broken)
    assert "a defect while dead letters were worked on" in caplog.text
