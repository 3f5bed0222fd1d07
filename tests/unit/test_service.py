from __future__ import annotations

from collections.abc import Iterator

import pytest

from mqworker.notification import Notifier
from mqworker.pulse import Pulse
from mqworker.service import Service
from mqworker.telemetry import Tally
from tests.daemons import await_condition
from tests.notified import NotifySocket


class Watched:
    """A service under a clock that is set by hand, and what systemd has heard of it."""

    def __init__(self, systemd: NotifySocket) -> None:
        self.systemd, self.now, self.tally = systemd, 100.0, Tally()
        self.pulse = Pulse(lambda: self.now)
        self.service = Service(
            Notifier(systemd.name, 4.0), 15.0, self.pulse, self.tally, lambda: self.now
        )

    def pings_at(self, now: float, in_flight: int = 0) -> bool:
        """Tell whether there is a ping now."""
        self.now, before = now, len(self.systemd.values("WATCHDOG"))
        self.service.tend(in_flight, consuming=True)
        self.service.notifier.tell({"X_MARK": now})
        await_condition(lambda: str(now) in self.systemd.values("X_MARK"), 5)
        return len(self.systemd.values("WATCHDOG")) > before


@pytest.fixture
def watched() -> Iterator[Watched]:
    with NotifySocket() as heard:
        found = Watched(heard)
        yield found
        found.service.notifier.close()


def test_whoever_has_nothing_in_flight_pings_for_ever(watched: Watched) -> None:
    assert [True] * 3 == [watched.pings_at(now) for now in (101.0, 1000.0, 9000.0)]


def test_pings_are_no_more_than_four_in_a_watchdogs_time(watched: Watched) -> None:
    pings = [watched.pings_at(100.0 + tenth / 10) for tenth in range(40)]
    assert 4 == sum(pings)


def test_pings_end_when_nothing_comes_back_and_begin_again_when_something_does(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    assert watched.pings_at(101.0)
    assert watched.pings_at(115.0, in_flight=5)
    assert not watched.pings_at(117.0, in_flight=5)
    assert not watched.pings_at(500.0, in_flight=5)
    assert ["stuck: nothing moved for 16 s, 5 messages in flight"] == caplog.messages

    watched.tally.add("settled", 1)
    assert watched.pings_at(502.0, in_flight=4)
    watched.systemd.await_value("STATUS", "received")


def test_messages_that_only_come_in_are_no_progress(watched: Watched) -> None:
    pings = []
    for now in range(101, 125):
        watched.tally.add("received", 1)
        pings.append(watched.pings_at(float(now), in_flight=now - 100))
    assert [True] * 15 + [False] * 9 == pings


def test_a_reload_during_the_start_makes_nobody_ready(watched: Watched) -> None:
    watched.service.reloading()
    watched.service.reloaded("reloaded")
    watched.systemd.await_value("STATUS", "reloaded")
    assert ([], []) == (watched.systemd.values("READY"), watched.systemd.values("RELOADING"))


def test_a_start_that_hangs_asks_for_no_more_time(watched: Watched) -> None:
    with watched.pulse.errand("broker"):
        for watched.now in (101.0, 120.0, 121.0, 122.0):
            watched.service.tend(0, consuming=False)
        watched.service.notifier.tell({"X_MARK": "end"})
        watched.systemd.await_value("X_MARK")
    assert 2 == len(watched.systemd.values("EXTEND_TIMEOUT_USEC"))
