"""Users of a memory in Redis, for the tests of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from mqworker.core.errors import MemoryUnavailable
from mqworker.memories.redis import RedisMemory
from mqworker.memories.redis_server import RedisMemoryOptions
from mqworker.ports import Remembered
from tests.sightings import IDENTITY, batch


@contextmanager
def users(options: RedisMemoryOptions, count: int) -> Iterator[list[RedisMemory]]:
    """Give some users of one log, who have made their first call."""
    memories = [RedisMemory(options, IDENTITY) for _ in range(count)]
    try:
        for memory in memories:
            memory.exchange([])
        yield memories
    finally:
        for memory in memories:
            memory.close()


def ids(entries: list[Remembered]) -> list[str]:
    """Return the ID of the first sighting of each entry, but for its number."""
    return [entry.sightings[0].id.partition(":")[0] for entry in entries]


def await_exchange(memory: RedisMemory, name: str) -> list[Remembered]:
    until = time.monotonic() + 20
    while True:
        try:
            return memory.exchange(batch(name))
        except MemoryUnavailable:
            assert time.monotonic() < until
            time.sleep(0.1)
