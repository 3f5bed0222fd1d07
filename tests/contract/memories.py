"""The memories that the suite in test_memory.py runs over: add yours to `MEMORIES`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from uuid import uuid4

import pytest
import redis as redis_py

from mqworker.memories.process import ProcessLog, ProcessMemory
from mqworker.memories.redis import RedisMemory
from mqworker.memories.redis_server import RedisMemoryOptions
from mqworker.memories.sqlite import SqliteMemory
from mqworker.ports import Memory
from tests.sightings import IDENTITY

Open = Callable[[], Memory]
"""Each call is another user of one log, which is empty at first."""


@contextmanager
def process(_: pytest.FixtureRequest) -> Iterator[Open]:
    log = ProcessLog()
    yield lambda: ProcessMemory(log)


@contextmanager
def sqlite(request: pytest.FixtureRequest) -> Iterator[Open]:
    path = request.getfixturevalue("tmp_path") / "memory.db"
    with ExitStack() as opened:
        yield lambda: opened.enter_context(closing(SqliteMemory(path, IDENTITY)))


@contextmanager
def redis(request: pytest.FixtureRequest) -> Iterator[Open]:
    options = RedisMemoryOptions(request.getfixturevalue("redis").url, f"suite-{uuid4().hex}")
    with ExitStack() as opened:
        yield lambda: opened.enter_context(closing(RedisMemory(options, IDENTITY)))
    with closing(redis_py.Redis.from_url(options.url)) as client:
        client.delete(*client.keys(f"{options.key}*"))


MEMORIES: dict[str, Callable[[pytest.FixtureRequest], AbstractContextManager[Open]]] = {
    "process": process,
    "sqlite": sqlite,
    "redis": redis,
}

OF_A_SERVICE = {"redis"}
"""Those that need a server."""
