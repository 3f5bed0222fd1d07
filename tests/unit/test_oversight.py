from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from mqworker.notification import Notifier, service_manager
from mqworker.oversight import Oversight
from tests.daemons import await_condition
from tests.notified import NotifySocket


@pytest.fixture
def systemd() -> Iterator[NotifySocket]:
    with NotifySocket() as heard:
        yield heard


@pytest.fixture
def oversight(systemd: NotifySocket) -> Iterator[Oversight]:
    made = Oversight(Notifier(systemd.name, 4.0), 1)
    yield made
    made.close()


@pytest.fixture
def worker(oversight: Oversight) -> Iterator[Notifier]:
    """What a worker speaks through, here within the supervisor's process."""
    environ, ear = {"NOTIFY_SOCKET": "systemd's", "WATCHDOG_USEC": "1"}, oversight.ear
    assert ear is not None
    oversight.ear = ear.dup()
    oversight.introduce(environ)
    oversight.ear = ear
    notifier = service_manager(environ)
    yield notifier
    notifier.close()


def test_a_worker_speaks_to_its_supervisor_as_to_systemd(
    systemd: NotifySocket, oversight: Oversight, worker: Notifier
) -> None:
    assert (True, 2.0) == (worker.name not in ("", systemd.name), worker.watchdog_s)

    oversight.started(os.getpid())
    oversight.tend()
    assert [] == systemd.values("READY")
    worker.tell({"READY": 1})
    await_condition(lambda: oversight.tend() or systemd.values("READY"), 5)


def test_nobody_else_can_speak_for_a_worker(
    systemd: NotifySocket, oversight: Oversight, worker: Notifier
) -> None:
    oversight.started(os.getpid() + 1)
    worker.tell({"READY": 1})
    oversight.tend()
    oversight.notifier.tell({"X_MARK": 1})
    systemd.await_value("X_MARK")
    assert [] == systemd.values("READY")


def test_a_worker_that_only_says_that_it_is_stuck_is_overdue(
    systemd: NotifySocket, oversight: Oversight, worker: Notifier
) -> None:
    now = 100.0
    oversight.clock = lambda: now

    def pings(at: float, **said: object) -> bool:
        nonlocal now
        now, before = at, len(systemd.values("WATCHDOG"))
        worker.tell(said)
        oversight.tend()
        oversight.notifier.tell({"X_MARK": at})
        systemd.await_value("X_MARK", str(at))
        return len(systemd.values("WATCHDOG")) > before

    oversight.started(os.getpid())
    assert pings(100.0, READY=1)
    assert pings(101.5, WATCHDOG=1, STATUS="fine")
    assert pings(103.0, STATUS="stuck")
    assert not pings(105.0, STATUS="stuck")
    assert pings(107.0, WATCHDOG=1)
    oversight.ended(os.getpid())
    assert pings(120.0, STATUS="the last words of a worker that is gone")


def test_without_systemd_a_worker_has_nobody_to_speak_to() -> None:
    environ = {"WATCHDOG_USEC": "1"}
    oversight = Oversight(Notifier(), 1)
    oversight.introduce(environ)
    oversight.started(1)
    oversight.tend()
    assert {} == environ
