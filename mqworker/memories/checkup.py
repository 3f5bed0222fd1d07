"""A look at the memory of correlation; nothing is read but what says whether it keeps things."""

from __future__ import annotations

from collections.abc import Iterator

from mqworker.core.errors import MemoryUnavailable, Misconfigured
from mqworker.core.finding import Finding
from mqworker.memories.redis_server import RedisMemoryOptions, explained, open_client, verify

AREA = "memory"


def check_redis_memory(options: RedisMemoryOptions) -> Iterator[Finding]:
    """Look whether a Redis lets us in and keeps what it is given."""
    try:
        client = open_client(options)
        try:
            with explained(options.shown):
                verify(client, options.shown)
        finally:
            client.close()
    except MemoryUnavailable as error:
        cure = "start it, or name another one with --memory"
        yield Finding(AREA, "login", "bad", str(error), cure, passing=True)
    except Misconfigured as error:
        told, _, cure = str(error).partition(". ")
        advice = cure or "check the URL and memory_password_file"
        yield Finding(AREA, "login", "bad", told, advice, loses="may lose" in told)
    else:
        yield Finding(AREA, "login", "good", f"{options.shown} keeps what it is given")


def check_process_memory() -> Iterator[Finding]:
    """Judge the memory within the process."""
    told = "what correlation remembers ends with the worker, and no other worker sees it"
    yield Finding(AREA, "memory", "doubtful", told, "name a file or a Redis with --memory")
