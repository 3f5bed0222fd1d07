"""mqworker.client with a real intake and a real RabbitMQ, and kill -9 of each of them in turn."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.daemons import Daemon, await_condition
from tests.intakes import TAKES, IntakeDaemon
from tests.integration.pairs import Embedded
from tests.services.program import free_port
from tests.services.rabbitmq import Rabbitmq

ARRIVE_S = 60.0
LATEST = 300
"""Events that may have been in memory only when their program was killed, at most."""

PROGRAM = """
import itertools, logging, signal, sys, time
import mqworker.client
stopped = []
signal.signal(signal.SIGINT, lambda *_: stopped.append(True))
url, spool, first = sys.argv[1], sys.argv[2], int(sys.argv[3])
handler = mqworker.client.Handler(url, spool=spool, timeout_s=2.0, exit_s=30.0)
log = logging.getLogger("load")
log.addHandler(handler)
log.setLevel("INFO")
for number in itertools.count(first):
    log.info("event", extra={"eventid": str(number)})
    print(number, flush=True)
    if stopped:
        break
    time.sleep(0.001)
"""


class Application:
    """A program that logs numbered events until it is told to stop."""

    def __init__(self, url: str, spool: Path, first: int = 0) -> None:
        """Start it."""
        self.said = spool.with_name(f"said-{first}")
        argv = [sys.executable, "-c", PROGRAM, url, str(spool), str(first)]
        with self.said.open("wb") as out:
            self.process = subprocess.Popen(argv, stdout=out)

    @property
    def last(self) -> int:
        """The number that comes after those that it has logged."""
        lines = self.said.read_text().splitlines()
        return int(lines[-1]) + 1 if lines else 0

    def stop(self) -> int:
        """End it in good order, once it has begun; return what `last` is then."""
        await_condition(lambda: self.last, ARRIVE_S)
        self.process.send_signal(signal.SIGINT)
        assert 0 == self.process.wait(60)
        return self.last

    def kill(self) -> int:
        """End it by SIGKILL; return what `last` is then."""
        self.process.kill()
        self.process.wait()
        return self.last


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Callable[..., Application]]:
    """Start programs that share a spool; none outlives the test."""
    started: list[Application] = []

    def start(url: str, first: int = 0) -> Application:
        started.append(Application(url, tmp_path / "spool", first))
        return started[-1]

    yield start
    for each in started:
        each.kill()


class Store(Embedded):
    """The embedded sink of a worker that reads RabbitMQ."""

    def await_events(self, count: int) -> Counter[str]:
        """Return how often each event is there, once there are so many."""
        await_condition(lambda: there(self) >= count, ARRIVE_S)
        return self.census()


@pytest.fixture
def broker(rabbitmq: Rabbitmq) -> Iterator[str]:
    with rabbitmq.vhost() as url:
        yield url


@pytest.fixture
def store(broker: str, start_daemon: Callable[..., Daemon], tmp_path: Path) -> Store:
    made = Store(tmp_path, "")
    worker = start_daemon("--broker", broker, "--sink", made.sink)
    worker.await_words("role=consume")
    return made


def once(count: int) -> Counter[str]:
    return Counter(str(number) for number in range(count))


@pytest.mark.parametrize("way", ["intake", "amqp"])
def test_what_a_killed_application_logged_is_stored_once(
    broker: str,
    store: Store,
    start_intake: Callable[..., IntakeDaemon],
    application: Callable[..., Application],
    way: str,
    tmp_path: Path,
) -> None:
    url = start_intake("--broker", broker).url if way == "intake" else broker
    running = application(url)
    await_condition(lambda: running.last > 1500, ARRIVE_S)
    said = running.kill()
    ended = application(url, said).stop()

    await_condition(lambda: there(store) and str(ended - 1) in store.census(), ARRIVE_S)
    found = store.census()
    assert {1} == set(found.values())
    lost = sorted(map(int, once(ended) - found))
    assert len(lost) <= LATEST
    assert lost == list(range(said - len(lost), said))
    assert [] == list((tmp_path / "spool").iterdir())


def test_an_intake_that_is_killed_again_and_again_costs_nothing(
    broker: str, store: Store, application: Callable[..., Application], tmp_path: Path
) -> None:
    port = free_port()
    running = application(f"http://127.0.0.1:{port}")
    for number in range(4):
        log = tmp_path / f"intake-at-{number}.log"
        intake = IntakeDaemon(log, "--listen", f"127.0.0.1:{port}", "--broker", broker)
        try:
            intake.await_words(TAKES)
            more = there(store) + 300
            await_condition(lambda more=more: there(store) >= more, ARRIVE_S, log)
            if number == 3:
                count = running.stop()
        finally:
            intake.kill()

    assert once(count) == store.await_events(count)


def test_a_rabbitmq_that_is_killed_costs_nothing(
    rabbitmq: Rabbitmq, broker: str, store: Store, application: Callable[..., Application]
) -> None:
    running = application(broker)
    await_condition(lambda: there(store) > 300, ARRIVE_S)
    rabbitmq.flush()
    rabbitmq.kill()
    rabbitmq.start()
    count = running.stop()
    if there(store) < count:  # it has not waited for a broker that was away: the next one sends
        ended = application(broker, count)
        await_condition(lambda: there(store) > count, ARRIVE_S)
        count = ended.stop()

    assert once(count) == store.await_events(count)


def there(store: Store) -> int:
    """Count the documents; there is no file for them at first, and then no table in it."""
    with suppress(sqlite3.OperationalError):
        return store.stored()
    return 0
