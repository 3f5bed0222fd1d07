"""The embedded broker under kill -9 and between processes; each process is a real one."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mqworker.brokers.sqlite import Depth, SqliteBroker
from mqworker.core.message import Delivery, PlainProperties, Publication
from mqworker.publishers.sqlite import SqlitePublisher
from mqworker.sources.sqlite import SqliteSource

CLAIM = """
import sys, time
from pathlib import Path
from mqworker.sources.sqlite import SqliteSource
source = SqliteSource(Path(sys.argv[1]), "q", prefetch=10**6)
held = []
while len(held) < int(sys.argv[2]):
    held += source.receive(500, 1)
source.settle(delivery.tag for delivery in held[: int(sys.argv[3])])
print("holding", flush=True)
time.sleep(600)
"""

PUBLISH = """
import sys
from pathlib import Path
from mqworker.core.message import PlainProperties, Publication
from mqworker.publishers.sqlite import SqlitePublisher
publisher = SqlitePublisher(Path(sys.argv[1]))
for batch in range(10**6):
    bodies = [b"%d" % number for number in range(batch * 20, batch * 20 + 20)]
    publisher.publish([Publication(body, PlainProperties(), "", "q") for body in bodies])
    print(batch, flush=True)
"""

CONSUME = """
import sys
from pathlib import Path
from mqworker.sources.sqlite import SqliteSource
source = SqliteSource(Path(sys.argv[1]), "q", prefetch=200)
deliveries = source.receive(37, 30)
print("up", flush=True)
sys.stdin.readline()
while deliveries:
    for delivery in deliveries:
        print(delivery.body.decode(), int(delivery.redelivered))
    source.settle(delivery.tag for delivery in deliveries)
    deliveries = source.receive(37, 2)
source.close()
"""


@contextmanager
def running(script: str, path: Path, *arguments: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", script, str(path), *map(str, arguments)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as child:
        try:
            yield child
        finally:
            child.kill()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    broker = SqliteBroker(tmp_path / "broker.db")
    broker.declare("q")
    broker.close()
    return tmp_path / "broker.db"


def publish(path: Path, count: int) -> None:
    publisher = SqlitePublisher(path)
    publisher.publish(
        [Publication(b"%d" % number, PlainProperties(), "", "q") for number in range(count)]
    )
    publisher.close()


def take_all(path: Path) -> list[Delivery]:
    source = SqliteSource(path, "q", prefetch=10**6)
    taken: list[Delivery] = []
    while deliveries := source.receive(1000, 0.2):
        taken += deliveries
        source.settle(delivery.tag for delivery in deliveries)
    source.close()
    return taken


def depth(path: Path) -> Depth:
    broker = SqliteBroker(path)
    found = broker.depth("q")
    broker.close()
    return found


def line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline()


def test_a_killed_consumers_messages_go_to_the_next_one_at_once_and_flagged(path: Path):
    publish(path, 3000)
    with running(CLAIM, path, 2000, 300) as child:
        line(child)
        assert depth(path) == Depth(1000, 1700)
        child.kill()
        child.wait()
        started = time.monotonic()
        taken = take_all(path)
        took_s = time.monotonic() - started
    assert [int(each.body) for each in taken] == list(range(300, 3000))
    assert [each.redelivered for each in taken] == [True] * 1700 + [False] * 1000
    assert took_s < 5
    assert depth(path) == Depth(0, 0)


def test_a_waiting_consumer_gets_a_killed_ones_messages_without_being_asked_again(path: Path):
    publish(path, 100)
    waiting = SqliteSource(path, "q")
    with running(CLAIM, path, 100, 0) as child:
        line(child)
        assert waiting.receive(100, 0.1) == []
        child.kill()
        deliveries = waiting.receive(100, 10)
    waiting.close()
    assert [each.redelivered for each in deliveries] == [True] * 100


@pytest.mark.parametrize("batches", [1, 7, 40])
def test_a_killed_publisher_has_lost_nothing_that_was_confirmed(path: Path, batches: int):
    with running(PUBLISH, path) as child:
        for _ in range(batches):
            line(child)
        child.kill()
        assert child.stdout is not None
        confirmed = batches + len(child.stdout.readlines())
    numbers = [int(each.body) for each in take_all(path)]
    assert numbers[: confirmed * 20] == list(range(confirmed * 20))
    # At most one batch was committed whose confirmation was never seen, and never a part of one.
    assert len(numbers) in (confirmed * 20, confirmed * 20 + 20)


def test_several_consumers_never_hold_the_same_message_and_miss_none(path: Path):
    publish(path, 20_000)
    with running(CONSUME, path) as a, running(CONSUME, path) as b, running(CONSUME, path) as c:
        children = [a, b, c]
        for child in children:
            line(child)
        for child in children:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        outputs = [child.communicate(timeout=60)[0].splitlines() for child in children]
    expected = Counter(f"{number} 0" for number in range(20_000))
    assert Counter(row for output in outputs for row in output) == expected
    assert all(outputs), "each of them had a part"
    assert depth(path) == Depth(0, 0)


def test_publishers_and_consumers_in_one_file_at_once_lose_and_double_nothing(path: Path):
    with (
        running(PUBLISH, path) as one,
        running(PUBLISH, path) as two,
        running(CONSUME, path) as taker,
    ):
        line(taker)
        assert taker.stdin is not None
        taker.stdin.write("go\n")
        taker.stdin.flush()
        for _ in range(100):
            line(one)
            line(two)
        one.kill()
        two.kill()
        confirmed = [100 + len(child.stdout.readlines()) for child in (one, two) if child.stdout]
        rows = Counter(taker.communicate(timeout=60)[0].splitlines())
    for number in range(min(confirmed) * 20):
        assert rows[f"{number} 0"] == 2
    assert sum(confirmed) * 20 <= sum(rows.values()) <= (sum(confirmed) + 2) * 20
