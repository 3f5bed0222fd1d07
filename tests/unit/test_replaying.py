from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mqworker.brokers.sqlite import SqliteBroker
from mqworker.core.errors import BrokerUnavailable
from mqworker.core.letter import Selection
from mqworker.core.message import PlainProperties, Publication
from mqworker.core.replay import Plan
from mqworker.publishers.sqlite import SqlitePublisher
from mqworker.replaying import Replay
from mqworker.sources.sqlite import SqliteSource

DEAD = "events.dead"


@dataclass
class Scene:
    """A queue, its dead letters, and a clock that only sleeping moves."""

    path: Path
    broker: SqliteBroker
    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def bury(self, count: int, copies: int = 1) -> list[bytes]:
        bodies = [b"%d" % number for number in range(count)] * copies
        self.broker.publish([Publication(each, PlainProperties(), "", DEAD) for each in bodies])
        return bodies

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def replay(self, plan: Plan, rate: float = 1000.0) -> Replay:
        with (
            closing(SqliteSource(self.path, DEAD, prefetch=20)) as shelf,
            closing(SqlitePublisher(self.path)) as publisher,
        ):
            run = Replay(shelf, publisher, plan, rate, self.sleep, lambda: self.now)
            run.run(lambda: self.broker.depth(DEAD).ready, lambda _: None)
        return run

    def bodies(self, queue: str) -> list[bytes]:
        return [each.body for each in self.broker.peek(queue, 10_000)]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    path = tmp_path / "broker.db"
    with closing(SqliteBroker(path)) as broker:
        broker.declare("events")
        broker.declare(DEAD)
        yield Scene(path, broker)


def test_every_letter_is_put_back_in_order_and_gone(scene: Scene) -> None:
    sent = scene.bury(250)
    run = scene.replay(Plan("events"))

    assert {"replay": 250} == dict(run.fates)
    assert (sent, []) == (scene.bodies("events"), scene.bodies(DEAD))


def test_no_more_are_put_back_in_a_second_than_the_rate_allows(scene: Scene) -> None:
    scene.bury(60)
    scene.replay(Plan("events"), rate=20)

    assert 60 / 20 == pytest.approx(sum(scene.slept))
    assert max(scene.slept) <= 1


def test_a_rate_below_one_waits_between_single_messages(scene: Scene) -> None:
    scene.bury(3)
    scene.replay(Plan("events"), rate=0.5)

    assert [2.0, 2.0, 2.0] == scene.slept


def test_what_is_not_meant_keeps_its_place_and_costs_no_time(scene: Scene) -> None:
    sent = scene.bury(100)
    run = scene.replay(Plan("events", Selection(stages=frozenset({"decode"}))))

    assert {"left": 100} == dict(run.fates)
    assert ([], sent) == (scene.bodies("events"), scene.bodies(DEAD))
    assert 0 == sum(scene.slept)


def test_a_second_copy_of_a_letter_is_removed_and_not_put_back(scene: Scene) -> None:
    scene.bury(50, copies=2)
    run = scene.replay(Plan("events"))

    assert {"replay": 50, "copy": 50} == dict(run.fates)
    assert (50, 0) == (len(scene.bodies("events")), len(scene.bodies(DEAD)))


def test_it_ends_when_as_many_were_put_back_as_were_asked_for(scene: Scene) -> None:
    sent = scene.bury(100)
    scene.replay(Plan("events", most=7))

    assert (sent[:7], sent[7:]) == (scene.bodies("events"), scene.bodies(DEAD))


def test_a_letter_whose_message_was_not_confirmed_stays(scene: Scene) -> None:
    sent = scene.bury(10)

    class Mute(SqlitePublisher):
        def publish(self, publications: object) -> None:  # noqa: ARG002
            raise BrokerUnavailable("no confirmation")

    with (
        closing(SqliteSource(scene.path, DEAD, prefetch=20)) as shelf,
        pytest.raises(BrokerUnavailable),
    ):
        Replay(shelf, Mute(scene.path), Plan("events"), 1000).run(lambda: 10, lambda _: None)
    assert ([], sent) == (scene.bodies("events"), scene.bodies(DEAD))
