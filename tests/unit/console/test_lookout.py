from __future__ import annotations

import pytest

from mqworker.console import lookout as lookouts
from mqworker.console.lookout import Lookout
from mqworker.core.errors import Misconfigured
from mqworker.core.sight.state import State
from tests.daemons import await_condition


def test_workers_are_looked_at_again_and_again_and_their_rates_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lookouts, "EVERY_S", 0.01)
    times = iter(range(1000))

    def look() -> list[State]:
        at = next(times)
        return [State(pid=1, at=float(at), counts={"stored": 10 * at})]

    lookout = Lookout(look)
    assert lookout.workers.scene is None
    lookout.start()
    await_condition(lambda: len(lookout.workers.samples.get("stored", ())) > 3, 10)
    lookout.close()
    lookout.close()

    values = [sample.value for sample in lookout.workers.samples["stored"]]
    assert [None, 10.0, 10.0] == values[:3]


def test_without_sockets_there_are_no_workers_and_a_defect_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(lookouts, "EVERY_S", 0.01)
    script: list[Exception | list[State]] = [Misconfigured("none"), KeyError("x"), [State(pid=1)]]

    def look() -> list[State]:
        told = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(told, Exception):
            raise told
        return told

    lookout = Lookout(look)
    lookout.start()
    await_condition(lambda: lookout.workers.scene and lookout.workers.scene.workers, 10)
    lookout.close()

    assert 1 == caplog.text.count("a defect while workers were looked at")
