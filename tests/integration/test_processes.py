"""Several workers under one supervisor, as whole processes on one queue."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable

import pytest

from tests.daemons import Daemon, await_condition
from tests.integration.events import messages
from tests.integration.pairs import Pair

LIMIT_S = 60.0
EVENTS = 20_000
THREE = ("--processes", "3", "--prefetch", "200", "--batch-count", "100")


def test_three_workers_share_a_queue_and_a_dead_one_is_replaced(
    pair: Pair, start_daemon: Callable[..., Daemon]
) -> None:
    pair.publish(messages(pair.run, EVENTS))
    daemon = start_daemon(*pair.flags, *THREE)
    daemon.await_words("sink ready", times=3)
    first = daemon.children
    await_condition(lambda: sum(pair.depth()) < EVENTS * 0.9, LIMIT_S, daemon.log)
    os.kill(first[0], signal.SIGKILL)
    daemon.await_words("sink ready", times=4)
    second = daemon.children
    await_condition(lambda: sum(pair.depth()) == 0, LIMIT_S, daemon.log)

    assert 3 == len(first) == len(second)
    assert set(first[1:]) < set(second)
    assert daemon.said(f"pid={first[0]} status=-9")
    assert 0 == daemon.stop()
    assert set(second) == set(daemon.said("altogether"))
    assert Counter(str(number) for number in range(EVENTS)) == pair.census()


@pytest.mark.parametrize("processes", [1, 3])
def test_a_signal_reaches_every_worker(
    pair: Pair, start_daemon: Callable[..., Daemon], processes: int
) -> None:
    daemon = start_daemon(*pair.flags, "--processes", str(processes))
    daemon.await_words("memory ready", times=processes)
    workers = daemon.children or [daemon.pid]
    daemon.send(signal.SIGHUP)
    daemon.await_words("reloaded", times=processes)

    assert processes == len(workers)
    assert sorted(workers) == sorted(daemon.said("reloaded"))
    assert 0 == daemon.stop()
    assert sorted(workers) == sorted(daemon.said("stopping: 0 messages in flight"))
