"""A worker's memory does not grow with what it has done."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import pytest

from tests.daemons import Daemon, await_condition
from tests.integration.events import one
from tests.integration.pairs import Pair
from tests.stubs.taker import taking

AT_ONCE = 10_000
LIMIT_S = 120.0


LONG = [pytest.mark.long, pytest.mark.timeout(1800)]


@pytest.mark.parametrize(
    ("first", "growth"),
    [
        # What a worker needs anyway it has all asked for by 100,000 only. The longer test has the
        # narrow bound.
        pytest.param(30_000, 1.45, id="30000-and-300000"),
        pytest.param(100_000, 1.1, id="100000-and-1000000", marks=LONG),
    ],
)
def test_ten_times_the_events_take_hardly_more_memory(
    pair: Pair, start_daemon: Callable[..., Daemon], first: int, growth: float
) -> None:
    numbers = iter(range(10 * first))

    def resident_after(count: int) -> int:
        """Publish so many events, and return the worker's memory when it has written them."""
        for _ in range(0, count, AT_ONCE):
            pair.publish([one(pair.run, number) for number in islice(numbers, AT_ONCE)])
            await_condition(lambda: sum(pair.depth()) < 2 * AT_ONCE, LIMIT_S, daemon.log)
        await_condition(lambda: sum(pair.depth()) == 0, LIMIT_S, daemon.log)
        return daemon.resident_bytes

    with taking() as url:
        pair.sink = url
        daemon = start_daemon(*pair.flags)
        few = resident_after(first)
        many = resident_after(9 * first)
        assert 0 == daemon.stop()

    assert 10 * first == daemon.totals()["stored"]
    told = f"{few / 1e6:.1f} MB after {first} events, {many / 1e6:.1f} MB after {10 * first}"
    print(told)  # noqa: T201 - the figure is what the long test is run for (pytest -s)
    assert many <= growth * few, told
