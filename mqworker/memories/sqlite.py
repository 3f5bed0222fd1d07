"""Memory shared by the processes of one host: an append-only log in one SQLite file.

1. When `exchange` returns, what it appended survives a kill -9 and, each commit being synced, a
   power loss: acknowledged events are evidence for those that come later. A batch of 1000 events
   is one commit, so the sync costs each event next to nothing.
2. Entries are appended under the file's write lock, with positions in the order of their commits:
   who has read up to a position has read all below it.
3. A position is never used twice; a log that was put in the place of another one begins beyond it.

A process that is stopped (SIGSTOP) in the middle of a commit stops all who want to append.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from mqworker.core.correlation.coding import encode
from mqworker.core.correlation.sighting import Sighting
from mqworker.core.errors import MemoryUnavailable, Misconfigured
from mqworker.database import Format, explained, is_passing, open_database, transaction
from mqworker.memories.entries import read_entry
from mqworker.ports import Remembered

log = logging.getLogger(__name__)

LOG = Format(
    kind="memory of correlation",
    application_id=0x6D71776D,
    version=1,
    schema=(
        "CREATE TABLE entries (position INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)",
        # Positions begin at the time of its making (Unix, ms), 65,536 a millisecond: invariant 3.
        """INSERT INTO sqlite_sequence VALUES (
            'entries', CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) << 16
        )""",
    ),
    # An entry is some 100 kB, written once and read once: large pages, of which few are kept. What
    # is in the write-ahead log, of 64 MB then, is read from there; the file gets it all at once.
    page_bytes=32_768,
    cache_kib=2_000,
    wal_pages=2_000,
)

NEWER = "SELECT position, blob FROM entries WHERE position > ? ORDER BY position"
APPEND = "INSERT INTO entries (blob) VALUES (?)"
DROP = "DELETE FROM entries WHERE position < min(?, (SELECT min(position) FROM entries) + ?)"

DROPPED_TOGETHER = 16
"""Entries are deleted when there are so many to delete, in the transaction of an append."""

MOST_DROPPED = 256
"""Deleted by one append: the others wait meanwhile."""

Row = tuple[int, bytes]


class SqliteMemory:
    """One process's view of the log; see `mqworker.ports.Memory`. Opens it with the first call."""

    def __init__(self, path: Path, identity: Sequence[str], *, lock_timeout_s: float = 5.0) -> None:
        """Name the log.

        Args:
            path: the file, made where there is none; its directory must exist.
            identity: the names of the identity fields. What was remembered for others is left out.
            lock_timeout_s: how long an append waits for those of other processes.
        """
        self.path = path
        self.identity = tuple(identity)
        self.lock_timeout_s = lock_timeout_s
        self.turn = Lock()
        self.connection: sqlite3.Connection | None = None
        self.file: tuple[int, int] | None = None
        self.seen = 0
        self.before = 0
        self.dropped = 0

    def exchange(self, sightings: Sequence[Sighting]) -> list[Remembered]:
        """Append, then read what is new; see `mqworker.ports.Memory.exchange`."""
        blob = encode(sightings, self.identity) if sightings else b""
        with self.use() as connection:
            # Most is read before the lock is taken, which so is held for as short as can be.
            entries = list(self.read(connection.execute(NEWER, (self.seen,))))
            if blob:
                seen = entries[-1].position if entries else self.seen
                rows, own = self.append(connection, blob, seen)
                entries += self.read(rows)
                entries.append(Remembered(own, sightings))
        if entries:
            self.seen = entries[-1].position
        return entries

    def append(
        self, connection: sqlite3.Connection, blob: bytes, seen: int
    ) -> tuple[list[Row], int]:
        """Append a blob; return what came in between, and the blob's position."""
        with transaction(connection):
            rows = connection.execute(NEWER, (seen,)).fetchall()
            own = connection.execute(APPEND, (blob,)).lastrowid or 0
            self.drop(connection)
        return rows, own

    def read(self, rows: Iterable[Row]) -> Iterator[Remembered]:
        """Read entries."""
        for position, blob in rows:
            yield read_entry(position, blob, self.identity, str(self.path))

    def forget(self, before: int) -> None:
        """Have the next appends delete old entries; see `mqworker.ports.Memory.forget`."""
        self.before = max(self.before, before)

    def drop(self, connection: sqlite3.Connection) -> None:
        """Delete what is to be forgotten, if it is enough to be worth it. The room is reused."""
        if self.before - self.dropped >= DROPPED_TOGETHER:
            count = connection.execute(DROP, (self.before, MOST_DROPPED)).rowcount
            if count < MOST_DROPPED:
                self.dropped = self.before

    @contextmanager
    def use(self) -> Iterator[sqlite3.Connection]:
        """Hold the connection for a block; it is left if it may be unsound."""
        with self.turn:
            try:
                with explained(self.path, MemoryUnavailable):
                    yield self.opened()
            except (MemoryUnavailable, Misconfigured) as error:
                if not is_passing(error):
                    self.leave()
                raise

    def opened(self) -> sqlite3.Connection:
        """Return the connection, opening it where there is none."""
        if self.file not in (None, identify(self.path)):
            self.start_over()
        if self.connection is None:
            self.connection = open_database(self.path, LOG, MemoryUnavailable, self.lock_timeout_s)
            self.file = identify(self.path)
            with transaction(self.connection):
                pass  # takes the lock: what can't be written to is found now
        return self.connection

    def start_over(self) -> None:
        """Leave a file that was removed, or has another one in its place."""
        log.warning("%s is another file than before, or gone: the log is read anew", self.path)
        self.leave()
        self.file, self.seen, self.before, self.dropped = None, 0, 0, 0

    def leave(self) -> None:
        """Close the connection."""
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close()

    def close(self) -> None:
        """Leave; see `mqworker.ports.Memory.close`."""
        with self.turn:
            self.leave()


def identify(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from every other one; None when there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
