from __future__ import annotations

from pathlib import Path

import pytest

from mqworker.notification import Notifier, service_manager
from tests.notified import NotifySocket


@pytest.mark.parametrize("abstract", [False, True])
def test_all_assignments_go_out_in_one_datagram(tmp_path: Path, *, abstract: bool) -> None:
    with NotifySocket(None if abstract else tmp_path / "notify") as heard:
        notifier = Notifier(heard.name)
        notifier.tell({"READY": 1, "STATUS": "two\nlines of\tamqp://guest:hunter2@host/"})
        heard.await_value("READY")
        notifier.close()

    assert {"READY": "1", "STATUS": "two lines of amqp://guest:***@host/"} == heard.said[
        0
    ].assignments


def test_without_a_service_manager_nothing_is_said_and_nothing_fails() -> None:
    notifier = service_manager({"WATCHDOG_USEC": "5000000"})
    notifier.tell({"READY": 1})
    assert 0.0 == notifier.watchdog_s


def test_a_service_manager_that_is_gone_is_no_error(tmp_path: Path) -> None:
    Notifier(str(tmp_path / "gone")).tell({"READY": 1})


@pytest.mark.parametrize(
    ("watchdog", "expected"),
    [
        ({"WATCHDOG_USEC": "2500000"}, 2.5),
        ({"WATCHDOG_USEC": "2500000", "WATCHDOG_PID": "7"}, 2.5),
        ({"WATCHDOG_USEC": "2500000", "WATCHDOG_PID": "8"}, 0.0),
        ({"WATCHDOG_USEC": "soon"}, 0.0),
        ({}, 0.0),
    ],
)
def test_the_watchdog_is_ours_when_it_names_nobody_else(
    watchdog: dict[str, str], expected: float
) -> None:
    assert expected == service_manager({"NOTIFY_SOCKET": "@any"} | watchdog, pid=7).watchdog_s
