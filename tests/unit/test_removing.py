from __future__ import annotations

from contextlib import closing
from pathlib import Path

from mqworker.brokers.sqlite import SqliteBroker
from mqworker.core.letter import Key
from mqworker.core.message import PlainProperties, Publication
from mqworker.perusing import peruse
from mqworker.removing import remove
from mqworker.sources.sqlite import SqliteSource

DEAD = "events.dead"


def bury(broker: SqliteBroker, *bodies: bytes) -> None:
    broker.publish([Publication(body, PlainProperties(), "", DEAD) for body in bodies])


def test_what_was_chosen_is_removed_and_the_rest_goes_back_to_its_place(tmp_path: Path) -> None:
    path = tmp_path / "broker.db"
    with closing(SqliteBroker(path)) as broker:
        broker.declare(DEAD)
        bury(broker, *[b"%d" % number for number in range(50)])
        doomed: set[Key] = set()
        with closing(SqliteSource(path, DEAD, prefetch=10)) as shelf:
            for letters in peruse(shelf, lambda: broker.depth(DEAD).ready, 5):
                shelf.hold([each.delivery.tag for each in letters])
                doomed |= {each.key for each in letters if int(each.delivery.body) % 2}
        bury(broker, b"99")

        told: list[int] = []
        with closing(SqliteSource(path, DEAD, prefetch=10)) as shelf:
            removed = remove(shelf, doomed, lambda: broker.depth(DEAD).ready, 5, told.append)

        assert (25, 51) == (removed, sum(told))
        left = [int(each.body) for each in broker.peek(DEAD, 100)]
        assert [*range(0, 50, 2), 99] == left
