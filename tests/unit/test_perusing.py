from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from mqworker import perusing
from mqworker.brokers.sqlite import SqliteBroker
from mqworker.core.errors import BrokerUnavailable
from mqworker.core.message import PlainProperties, Publication
from mqworker.perusing import peruse
from mqworker.sources.sqlite import SqliteSource

DEAD = "events.dead"


def bury(broker: SqliteBroker, *bodies: bytes) -> None:
    broker.publish([Publication(body, PlainProperties(), "", DEAD) for body in bodies])


def test_only_what_was_there_at_the_beginning_is_looked_at(tmp_path: Path) -> None:
    with (
        closing(SqliteBroker(tmp_path / "broker.db")) as broker,
        closing(SqliteSource(tmp_path / "broker.db", DEAD, prefetch=10)) as shelf,
    ):
        broker.declare(DEAD)
        bury(broker, *[b"%d" % number for number in range(35)])
        seen = []
        for letters in peruse(shelf, lambda: broker.depth(DEAD).ready, 4):
            shelf.settle([each.delivery.tag for each in letters])
            seen += [int(each.delivery.body) for each in letters]
            bury(broker, b"99")

    assert [*range(35)] == seen


def test_what_is_in_other_hands_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(perusing, "WAIT_S", 0.01)
    path = tmp_path / "broker.db"
    with (
        closing(SqliteBroker(path)) as broker,
        closing(SqliteSource(path, DEAD, prefetch=10)) as other,
        closing(SqliteSource(path, DEAD, prefetch=10)) as shelf,
    ):
        broker.declare(DEAD)
        bury(broker, b"1", b"2", b"3")
        assert 2 == len(other.receive(2, 1))

        counts = iter([3, 0])
        assert [1] == [len(letters) for letters in peruse(shelf, lambda: next(counts), 10)]

        with pytest.raises(BrokerUnavailable, match="3 dead letters wait and none is handed over"):
            list(peruse(shelf, lambda: 3, 10))
