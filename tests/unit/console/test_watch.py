from __future__ import annotations

from collections.abc import Mapping

import pytest

from mqworker.console import watch as watches
from mqworker.console.watch import Watch
from mqworker.core.console.overview import Depth
from mqworker.core.errors import BrokerUnavailable
from tests.daemons import await_condition

QUEUES = {"q": False, "q.dead": True}


class Scripted:
    """A gauge that tells what is next, and says whether it was closed."""

    def __init__(self, *script: Mapping[str, Depth | None] | Exception) -> None:
        self.script = [*script]
        self.closed = False

    def measure(self) -> Mapping[str, Depth | None]:
        told = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(told, Exception):
            raise told
        return told

    def close(self) -> None:
        self.closed = True


def test_what_was_measured_is_told_with_its_past() -> None:
    watch = Watch(lambda: Scripted({}), QUEUES)
    watch.take(Scripted({"q": Depth(3, 1, 2), "q.dead": None}))
    watch.take(Scripted({"q": Depth(5, 1, 2), "q.dead": Depth(1)}))

    queue, dead = watch.told()
    assert ("q", Depth(5, 1, 2), [3, 5]) == (
        queue.name,
        queue.depth,
        [s.value for s in queue.samples],
    )
    assert (True, True, [None, 1]) == (dead.dead, dead.is_there, [s.value for s in dead.samples])
    assert (5, 1) == (watch.ready("q"), watch.ready("q.dead"))


def test_a_queue_that_is_not_there_is_told_from_one_that_is_not_known() -> None:
    watch = Watch(lambda: Scripted({}), QUEUES)
    watch.take(Scripted({"q": Depth(3), "q.dead": None}))
    assert [True, False] == [each.is_there for each in watch.told()]

    watch.miss("no answer")
    assert [True, True] == [each.is_there for each in watch.told()]
    assert [None, None] == [each.depth.ready for each in watch.told()]
    assert watch.ready("q") is None


def test_an_outage_and_a_defect_are_borne_and_told_without_passwords(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watches, "EVERY_S", 0.01)
    outage = BrokerUnavailable("amqp://guest:hunter2@127.0.0.1/: no answer")
    gauge = Scripted(outage, outage, {"q": Depth(1)}, KeyError("x"), KeyError("x"), {"q": Depth(2)})
    watch = Watch(lambda: gauge, QUEUES)
    watch.start()
    await_condition(lambda: watch.ready("q") == 2, 10)
    watch.close()
    watch.close()

    assert gauge.closed
    values = [sample.value for sample in watch.series["q"].samples]
    assert [None, None, 1, None, None, 2] == values[:6]
    assert "a defect while queues were measured" in caplog.text
    watch.miss("x")
    assert "hunter2" not in caplog.text


def test_a_watch_that_never_began_can_be_closed() -> None:
    watch = Watch(lambda: Scripted({}), QUEUES)
    watch.close()

    assert "not asked yet" == watch.trouble
