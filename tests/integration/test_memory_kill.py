"""The shared memories under kill -9 of their users and of Redis; each process is a real one."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis as redis_py

from mqworker.memories.redis import RedisMemory
from mqworker.memories.redis_server import RedisMemoryOptions
from mqworker.memories.sqlite import SqliteMemory
from mqworker.ports import Memory
from tests.services.redis import Redis
from tests.sightings import IDENTITY

SIZE = 40
KEY = "killed"

# Appends batches for ever and tells, of each call that returned, every entry of it.
WORKER = """
import json, sys, time
from pathlib import Path
from mqworker.core.errors import MemoryUnavailable
from mqworker.memories.redis import RedisMemory
from mqworker.memories.redis_server import RedisMemoryOptions
from mqworker.memories.sqlite import SqliteMemory
from tests.sightings import IDENTITY, batch

kind, where, name, size = sys.argv[1:]
if kind == "sqlite":
    memory = SqliteMemory(Path(where), IDENTITY)
else:
    memory = RedisMemory(RedisMemoryOptions(where, "killed", timeout_s=1), IDENTITY)
number = 0
while True:
    mine = batch(f"{name}-{number}", int(size)) if number % 7 else []
    try:
        entries = memory.exchange(mine)
    except MemoryUnavailable:
        time.sleep(0.02)
        continue
    number += 1
    time.sleep(0.005)
    told = [[e.position, e.sightings[0].id.split(":")[0], len(e.sightings)] for e in entries]
    print(json.dumps(told), flush=True)
"""

Entry = tuple[int, str, int]
"""An entry's position, the name of its batch, how many sightings it has."""


@dataclass(frozen=True)
class Log:
    """Where a log is, for the command line of a worker; and what opens it here."""

    kind: str
    where: str
    open: Callable[[], Memory]

    def read(self) -> list[Entry]:
        with closing(self.open()) as memory:
            return [
                (entry.position, entry.sightings[0].id.partition(":")[0], len(entry.sightings))
                for entry in memory.exchange([])
            ]


@pytest.fixture(params=["sqlite", pytest.param("redis", marks=pytest.mark.services)])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Log:
    if request.param == "sqlite":
        path = tmp_path / "memory.db"
        return Log("sqlite", str(path), lambda: SqliteMemory(path, IDENTITY))
    return redis_log(request.getfixturevalue("redis_node")())


def redis_log(node: Redis) -> Log:
    return Log("redis", node.url, lambda: RedisMemory(RedisMemoryOptions(node.url, KEY), IDENTITY))


class Worker:
    """A worker in a process of its own, and the file that it writes into what it was told."""

    def __init__(self, log: Log, name: str, directory: Path) -> None:
        self.output = directory / f"worker-{name}"
        command = [sys.executable, "-c", WORKER, log.kind, log.where, name, str(SIZE)]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(command, stdout=output, cwd=Path(__file__).parents[2])

    def await_calls(self, count: int) -> None:
        """Return when it has been answered `count` times more than now."""
        wanted, until = self.calls() + count, time.monotonic() + 30
        while self.calls() < wanted:
            assert self.process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.01)

    def calls(self) -> int:
        return self.output.read_bytes().count(b"\n")

    def kill(self) -> list[Entry]:
        """Kill it; return all that it was told by calls that returned, in order."""
        self.process.kill()
        self.process.wait()
        *lines, _ = self.output.read_bytes().split(b"\n")
        return [(*entry,) for line in lines for entry in json.loads(line)]


@contextmanager
def workers(log: Log, names: list[str], directory: Path) -> Iterator[list[Worker]]:
    """Run workers, until each was answered some times."""
    started: list[Worker] = []
    try:
        started += (Worker(log, name, directory) for name in names)
        for each in started:
            each.await_calls(20)
        yield started
    finally:
        for each in started:
            each.kill()


def killed_at_random(
    log: Log, chance: random.Random, generation: int, directory: Path
) -> dict[str, list[Entry]]:
    """Let four workers append at once, kill each at some time; return what each was told."""
    names = [f"{generation}.{number}" for number in range(4)]
    with workers(log, names, directory) as started:
        for each in chance.sample(started, 4):
            time.sleep(chance.random() * 0.2)
            each.kill()
        return {name: each.kill() for name, each in zip(names, started, strict=True)}


def own(worker: str, entries: list[Entry]) -> list[str]:
    return [name for _, name, _ in entries if name.rpartition("-")[0] == worker]


def test_workers_killed_at_random_leave_a_log_with_all_that_they_were_told_in_one_order(
    log: Log, tmp_path: Path
):
    chance = random.Random(7)
    seen: dict[str, list[Entry]] = {}
    for generation in range(2):
        seen |= killed_at_random(log, chance, generation, tmp_path)
    whole = log.read()

    # Each of them began at the beginning, so it was told the beginning, in this very order.
    assert {name: whole[: len(entries)] for name, entries in seen.items()} == seen
    assert {SIZE} == {count for _, _, count in whole}
    positions = [position for position, _, _ in whole]
    assert sorted(set(positions)) == positions
    # Of each worker one append at most was done and not confirmed, and nothing was done twice.
    for worker, entries in seen.items():
        assert 0 <= len(own(worker, whole)) - len(own(worker, entries)) <= 1
        assert len(set(own(worker, whole))) == len(own(worker, whole)) >= 15


def test_a_redis_that_is_killed_has_all_that_it_confirmed_when_each_write_is_synced(
    redis_node: Callable[[], Redis], tmp_path: Path
):
    node = redis_node()
    log = redis_log(node)
    with workers(log, ["a", "b"], tmp_path) as (a, b):
        for _ in range(3):
            with closing(redis_py.Redis.from_url(node.url)) as client:
                client.config_set("appendfsync", "always")
            a.await_calls(50)
            node.kill()
            time.sleep(0.2)
            node.start()
        a.await_calls(20)
        b.await_calls(20)
        seen = {"a": a.kill(), "b": b.kill()}
    whole = log.read()

    assert {name: whole[: len(entries)] for name, entries in seen.items()} == seen
    assert {SIZE} == {count for _, _, count in whole}


def test_a_worker_that_stands_still_while_others_are_killed_is_told_all_of_it_later(
    log: Log, tmp_path: Path
):
    with closing(log.open()) as still:
        assert [] == still.exchange([])
        killed_at_random(log, random.Random(1), 0, tmp_path)
        found = [(entry.position, len(entry.sightings)) for entry in still.exchange([])]
    assert [(position, count) for position, _, count in log.read()] == found
    assert len(found) > 60
