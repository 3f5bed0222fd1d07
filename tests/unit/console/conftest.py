from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mqworker.brokers.sqlite import SqliteBroker
from mqworker.console.desk import Desk, Stacks
from mqworker.core.message import PlainProperties, Publication
from mqworker.publishers.sqlite import SqlitePublisher
from mqworker.sources.sqlite import SqliteSource

DEAD = "eventtask.dead"
LIMIT_S = 20.0


@dataclass
class Scene:
    """A queue, its dead letters, and a desk for them; `others`: whether somebody else looks."""

    path: Path
    broker: SqliteBroker
    others: list[bool] = field(default_factory=lambda: [False])

    def bury(self, *bodies: bytes) -> None:
        self.broker.publish([Publication(each, PlainProperties(), "", DEAD) for each in bodies])

    def bodies(self, queue: str = DEAD) -> list[bytes]:
        return [each.body for each in self.broker.peek(queue, 10_000)]

    def count(self) -> int:
        with closing(SqliteBroker(self.path)) as broker:
            return broker.depth(DEAD).ready

    def desk(self, *, slow: bool = False) -> Desk:
        return Desk(
            Stacks(
                lambda: SqliteSource(self.path, DEAD, prefetch=20),
                lambda: SqlitePublisher(self.path),
                self.count,
                lambda: self.others[0],
                2 if slow else 20,
            )
        )


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    path = tmp_path / "broker.db"
    with closing(SqliteBroker(path)) as broker:
        broker.declare("eventtask")
        broker.declare(DEAD)
        yield Scene(path, broker)


@pytest.fixture
def desk(scene: Scene) -> Iterator[Desk]:
    made = scene.desk()
    yield made
    made.close()
