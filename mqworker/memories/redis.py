"""Memory shared by several hosts: a stream of Redis or Valkey.

1. `exchange` is one MULTI/EXEC, so one round trip, unless more is new than a page.
2. A log that is not what it was is noticed and read again (`mqworker.memories.redis_stream`): when
   Redis has lost its last writes in a crash or a failover, when it was emptied, or when others have
   forgotten what was not read here yet. What this process has appended lately, and finds missing
   then, it appends again.
3. Positions are the stream's IDs as numbers. Redis makes them from its clock; after a loss they go
   on beyond what was read here, also when the clock was set back.

What Redis has confirmed is as durable as its append-only file. With `appendfsync always` (one sync
for a batch of some hundred events) nothing is lost. With `everysec`, when Redis is killed or its
machine fails, the last one or two seconds may be lost; so may be, at a failover, what the replica
had not got yet (no WAIT is sent: it would narrow that, and not close it). Workers that are still
there append it again at their next exchange; events that came in between, or whose worker has ended
too, may stay without a value that they would have got.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from threading import Lock
from typing import NamedTuple

import redis

from mqworker.core.correlation.coding import VERSION, encode
from mqworker.core.correlation.sighting import Sighting
from mqworker.core.errors import MemoryUnavailable, Misconfigured
from mqworker.memories.entries import read_entry
from mqworker.memories.redis_server import RedisMemoryOptions, explained, open_client, verify
from mqworker.memories.redis_stream import BLOB, Row, Visit
from mqworker.ports import Remembered

log = logging.getLogger(__name__)

TRIM_EVERY = 16
"""Appends between two times that Redis is told what to forget."""

KEEP_S = 5.0
"""How long to keep what was appended, in case that Redis loses it."""


NOTHING: Mapping[bytes, Sequence[Sighting]] = {}


class Own(NamedTuple):
    """What was appended here, and when (monotonic, in seconds)."""

    at: float
    position: int
    blob: bytes


class RedisMemory:
    """One process's view of the log; see `mqworker.ports.Memory`. Connects with the first call."""

    def __init__(self, options: RedisMemoryOptions, identity: Sequence[str]) -> None:
        """Name the log.

        Args:
            options: where it is.
            identity: the names of the identity fields. What was remembered for others is left out.

        Raises:
            Misconfigured: the URL makes no sense.
        """
        self.identity = tuple(identity)
        self.shown = options.shown
        self.key = f"{options.key}:v{VERSION}"
        self.client = open_client(options)
        self.turn = Lock()
        self.connected = False
        self.last: Row | None = None
        self.recent: deque[Own] = deque()
        self.appends = self.before = self.trimmed = 0

    def exchange(self, sightings: Sequence[Sighting]) -> list[Remembered]:
        """Append, then read what is new; see `mqworker.ports.Memory.exchange`."""
        blob = encode(sightings, self.identity) if sightings else b""
        with self.use() as client:
            visit = Visit(client, self.key, self.last)
            entries = [] if self.connected else self.meet(visit)
            if blob:
                own = visit.append([blob], self.due())[0]
                entries += self.read(visit, {own.name: sightings})
                self.recent.append(Own(time.monotonic(), own.position, blob))
            else:
                visit.look()
                entries += self.read(visit)
            if visit.anew:
                verify(client, self.shown)
                entries += self.restore(visit, {entry.position for entry in entries})
            # Not before: what could not be returned has to be read again.
            self.last, self.connected = visit.last, True
            self.let_go()
        return entries

    def meet(self, visit: Visit) -> list[Remembered]:
        """Check the server, and that the log can be written and read, before it gets anything."""
        verify(visit.client, self.shown)
        visit.append([])
        return self.read(visit)

    def read(
        self, visit: Visit, known: Mapping[bytes, Sequence[Sighting]] = NOTHING
    ) -> list[Remembered]:
        """Read what is new; what is `known`, by its ID, need not be decoded."""
        return [
            Remembered(row.position, known[row.name])
            if row.name in known
            else read_entry(row.position, row.content, self.identity, self.shown)
            for row in visit.rows()
            if row.kind == BLOB
        ]

    def restore(self, visit: Visit, there: Collection[int]) -> list[Remembered]:
        """Append again what was appended here lately and is not there any more."""
        missing = [
            own
            for own in self.recent
            if own.position not in there and own.position >= visit.forgotten
        ]
        log.warning(
            "%s does not have what was read last: forgotten by others, or lost; all was read again,"
            " entries that were appended again: %d",
            self.shown,
            len(missing),
        )
        if not missing:
            return []
        again = visit.append([own.blob for own in missing])
        entries = self.read(visit)
        now = time.monotonic()
        self.recent = deque(own for own in self.recent if own.position in there)
        self.recent.extend(
            Own(now, new.position, old.blob) for old, new in zip(missing, again, strict=False)
        )
        return entries

    def let_go(self) -> None:
        """Drop what was appended long ago: Redis has it on its disk."""
        until = time.monotonic() - KEEP_S
        while self.recent and self.recent[0].at < until:
            self.recent.popleft()

    def forget(self, before: int) -> None:
        """Have an append trim the log; see `mqworker.ports.Memory.forget`."""
        self.before = max(self.before, before)

    def due(self) -> int:
        """Return what the log may forget with this append, 0 when it is not time to."""
        self.appends += 1
        if self.appends % TRIM_EVERY or self.before == self.trimmed:
            return 0
        self.trimmed = self.before
        return self.before

    @contextmanager
    def use(self) -> Iterator[redis.Redis]:
        """Hold the client for a block; after an error it connects, and checks, anew."""
        with self.turn:
            try:
                with explained(self.shown):
                    yield self.client
            except (MemoryUnavailable, Misconfigured):
                self.leave()
                raise

    def leave(self) -> None:
        """Close the connection."""
        self.connected = False
        with suppress(redis.RedisError, OSError):
            self.client.close()

    def close(self) -> None:
        """Leave; see `mqworker.ports.Memory.close`."""
        with self.turn:
            self.leave()
