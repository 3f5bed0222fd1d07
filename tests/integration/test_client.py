"""mqworker.client with a real intake and a real RabbitMQ, and kill -9 of each of them in turn."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
import logging, sys, time
import mqworker.client
url, spool, first, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
handler = mqworker.client.Handler(url, spool=spool, timeout_s=2.0, exit_s=30.0)
log = logging.getLogger("load")
log.addHandler(handler)
log.setLevel("INFO")
for number in range(first, first + count):
    log.info("event", extra={"eventid": str(number)})
    print(number, flush=True)
    time.sleep(0.001)
"""


@contextmanager
def application(url: str, spool: Path, first: int, count: int) -> Iterator[subprocess.Popen[str]]:
    """Run a program that logs so many events."""
    argv = [sys.executable, "-c", PROGRAM, url, str(spool), str(first), str(count)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


class Store(Embedded):
    """The embedded sink of a worker that reads RabbitMQ."""

    def await_events(self, count: int) -> Counter[str]:
        """Return how often each event is there, once there are so many."""
        await_condition(lambda: self.documents.exists() and self.stored() >= count, ARRIVE_S)
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
    broker: str, store: Store, start_intake: Callable[..., IntakeDaemon], tmp_path: Path, way: str
) -> None:
    url = start_intake("--broker", broker).url if way == "intake" else broker
    spool = tmp_path / "spool"
    with application(url, spool, 0, 10**6) as running:
        assert running.stdout
        for _ in range(1500):
            running.stdout.readline()
        running.kill()
        said = 1500 + len(running.stdout.read().split())
    with application(url, spool, said, 10) as running:
        assert 0 == running.wait(30)

    await_condition(lambda: str(said + 9) in store.census(), ARRIVE_S)
    found = store.census()
    assert {1} == set(found.values())
    lost = once(said + 10) - found
    assert len(lost) <= LATEST
    numbers = sorted(map(int, lost))
    assert numbers == list(range(said - len(lost), said))
    assert [] == list(spool.iterdir())


def test_an_intake_that_is_killed_again_and_again_costs_nothing(
    broker: str, store: Store, tmp_path: Path
) -> None:
    port = free_port()
    with application(f"http://127.0.0.1:{port}", tmp_path / "spool", 0, 3000) as running:
        for number in range(4):
            log = tmp_path / f"intake-at-{number}.log"
            intake = IntakeDaemon(log, "--listen", f"127.0.0.1:{port}", "--broker", broker)
            intake.await_words(TAKES)
            before = store.stored() if store.documents.exists() else 0
            await_condition(lambda more=before + 50: store.stored() >= more, ARRIVE_S, log)
            if number < 3:
                intake.kill()
        try:
            assert 0 == running.wait(60)
        finally:
            intake.discard()

    assert once(3000) == store.await_events(3000)


def test_a_rabbitmq_that_is_killed_costs_nothing(
    rabbitmq: Rabbitmq, broker: str, store: Store, tmp_path: Path
) -> None:
    with application(broker, tmp_path / "spool", 0, 3000) as running:
        await_condition(lambda: store.documents.exists() and store.stored() > 100, ARRIVE_S)
        rabbitmq.flush()
        rabbitmq.kill()
        rabbitmq.start()
        assert 0 == running.wait(60)

    assert once(3000) == store.await_events(3000)
