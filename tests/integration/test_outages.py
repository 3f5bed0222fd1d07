"""Outages in mid-stream: the same process goes on by itself; nothing is lost or doubled."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from tests.daemons import Daemon, await_condition
from tests.integration.amqp import through
from tests.integration.events import messages
from tests.integration.pairs import Served
from tests.proxy import Proxy

EVENTS = 20_000
LIMIT_S = 60.0
SLOWLY = ("--prefetch", "500", "--batch-count", "100", "--bulks", "2")
PATIENCE = ("--retry-min", "100ms", "--retry-max", "2s")


@contextmanager
def in_mid_stream(
    served: Served, start_daemon: Callable[..., Daemon], *flags: str
) -> Iterator[Daemon]:
    """Have a worker in the middle of its messages; afterwards it has to end them by itself."""
    served.publish(messages(served.run, EVENTS))
    daemon = start_daemon(*served.flags, *SLOWLY, *PATIENCE, *flags)
    await_condition(lambda: under_way(served), LIMIT_S, daemon.log)
    yield daemon
    await_condition(lambda: sum(served.depth()) == 0, LIMIT_S, daemon.log)
    assert daemon.running
    assert daemon.stop() == 0
    assert {daemon.pid} == set(daemon.said("altogether"))
    assert Counter(str(number) for number in range(EVENTS)) == served.census()
    assert [] == served.dead()


def under_way(served: Served) -> bool:
    ready, unsettled = served.depth()
    return unsettled > 0 and EVENTS - ready - unsettled > EVENTS * 0.1


def part_stored(served: Served) -> bool:
    return 0 < served.stored() < EVENTS


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_worker_goes_on_by_itself_after_a_restart_of_rabbitmq(
    served: Served, start_daemon: Callable[..., Daemon], end: str
) -> None:
    served.publish([])
    served.rabbitmq.flush()
    with in_mid_stream(served, start_daemon) as daemon:
        getattr(served.rabbitmq, end)()
        assert part_stored(served)
        assert daemon.running
        served.rabbitmq.start()

    assert {daemon.pid} == set(daemon.said("broker lost"))
    connected = [line for line in daemon.lines if "broker connected" in line]
    assert sum("role=consume" in line for line in connected) == 2


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_worker_goes_on_by_itself_after_a_restart_of_elasticsearch(
    served: Served, start_daemon: Callable[..., Daemon], end: str
) -> None:
    with in_mid_stream(served, start_daemon) as daemon:
        getattr(served.elasticsearch, end)()
        assert served.depth().unsettled > 0
        assert daemon.running
        served.elasticsearch.start()

    assert daemon.said("sink takes documents again")


@pytest.mark.parametrize(
    ("silence_s", "flags"),
    [
        pytest.param(15, ("--heartbeat", "1", "--sink-timeout", "5s"), id="15s"),
        pytest.param(120, (), id="two-minutes", marks=[pytest.mark.long, pytest.mark.timeout(400)]),
    ],
)
@pytest.mark.parametrize("silent", ["rabbitmq", "elasticsearch"])
def test_a_worker_outlives_silence_on_its_connections(
    served: Served,
    start_daemon: Callable[..., Daemon],
    silent: str,
    silence_s: int,
    flags: tuple[str, ...],
) -> None:
    with (
        proxied(served, silent) as proxy,
        in_mid_stream(served, start_daemon, *flags) as daemon,
    ):
        proxy.silence()
        time.sleep(silence_s)
        assert part_stored(served)
        assert daemon.running
        proxy.resume()


@contextmanager
def proxied(served: Served, silent: str) -> Iterator[Proxy]:
    """Put a proxy between one of the services and the workers."""
    where = urlsplit(served.url if silent == "rabbitmq" else served.elasticsearch.url)
    with Proxy(where.hostname or "", where.port or 0) as proxy:
        if silent == "rabbitmq":
            served.broker = through(proxy.port, served.url)
        else:
            served.sink = f"http://127.0.0.1:{proxy.port}"
        yield proxy
