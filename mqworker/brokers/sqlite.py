"""The embedded broker: durable queues in one SQLite file, for any number of processes of a host.

1. A publish is committed, and synced to the disk, as a whole or not at all.
2. A message is in `ready` or in `held`, never in both, and is moved by transactions that hold the
   write lock: so no two consumers ever have it.
3. What is held belongs to a consumer (`mqworker.brokers.claims`).

Bodies are written once and deleted once; only the small rows of `ready` and `held` move, in order
of their number, so that depth costs nothing. A file keeps its largest size; the room is used again.
Priority and expiration are kept with the message but not acted upon.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from mqworker.brokers.properties import decode, encode
from mqworker.core.errors import BrokerUnavailable, Misconfigured
from mqworker.core.message import Publication
from mqworker.database import Format, explained, open_database, transaction

BROKER = Format(
    kind="message broker",
    application_id=0x6D717762,
    version=1,
    schema=(
        "CREATE TABLE queues (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
        """CREATE TABLE bindings (
            exchange TEXT NOT NULL, routing_key TEXT NOT NULL, queue INTEGER NOT NULL,
            PRIMARY KEY (exchange, routing_key, queue)
        ) WITHOUT ROWID""",
        # AUTOINCREMENT: a number is never used again, or a late settlement could hit another one.
        "CREATE TABLE consumers (id INTEGER PRIMARY KEY AUTOINCREMENT)",
        """CREATE TABLE messages (
            id INTEGER PRIMARY KEY AUTOINCREMENT, queue INTEGER NOT NULL,
            exchange TEXT NOT NULL, routing_key TEXT NOT NULL, properties TEXT, body BLOB NOT NULL
        )""",
        """CREATE TABLE ready (
            queue INTEGER NOT NULL, id INTEGER NOT NULL, redelivered INTEGER NOT NULL,
            PRIMARY KEY (queue, id)
        ) WITHOUT ROWID""",
        """CREATE TABLE held (
            consumer INTEGER NOT NULL, id INTEGER NOT NULL, queue INTEGER NOT NULL,
            PRIMARY KEY (consumer, id)
        ) WITHOUT ROWID""",
    ),
)


@dataclass(frozen=True, slots=True)
class SqliteOptions:
    """How patient the embedded broker is.

    lock_timeout_s: how long a transaction waits for another process's.
    longest_pause_s: between two looks at an empty queue; a message waits at most that long.
    """

    lock_timeout_s: float = 5.0
    longest_pause_s: float = 0.05


DEFAULTS = SqliteOptions()


class Depth(NamedTuple):
    """How many messages a queue has: to be handed over, and handed over but not settled."""

    ready: int
    unsettled: int


class SqliteBroker:
    """One connection to the file. Used by one thread at a time, and never across a fork."""

    def __init__(self, path: Path, options: SqliteOptions = DEFAULTS) -> None:
        """Open the broker's file, making it where there is none.

        Raises:
            Misconfigured: it is something else, of a newer format, or out of reach.
            BrokerUnavailable: it is locked for too long, or the disk is full.
        """
        self.path = path
        self.connection = open_database(path, BROKER, BrokerUnavailable, options.lock_timeout_s)

    def declare(self, queue: str, exchanges: Iterable[str] = ()) -> int:
        """Make the queue, if need be, and bind it to each exchange by its name; return its ID."""
        with self.change():
            self.run("INSERT OR IGNORE INTO queues (name) VALUES (?)", queue)
            ((number,),) = self.run("SELECT id FROM queues WHERE name = ?", queue)
            self.connection.executemany(
                "INSERT OR IGNORE INTO bindings VALUES (?, ?, ?)",
                [(exchange, queue, number) for exchange in exchanges],
            )
        return int(number)

    def publish(self, publications: Sequence[Publication]) -> None:
        """Put each message into the queues that it is routed to; all of them, or none.

        Raises:
            Misconfigured: one is routed to no queue.
            BrokerUnavailable: locked for too long, or the disk is full.
        """
        encoded = [(publication, encode(publication.properties)) for publication in publications]
        with self.change():
            routes = {p[2:]: self.route(p) for p in publications}
            before = self.run("SELECT seq FROM sqlite_sequence WHERE name = 'messages'")
            self.connection.executemany(
                "INSERT INTO messages (queue, exchange, routing_key, properties, body)"
                " VALUES (?, ?, ?, ?, ?)",
                (
                    (queue, p.exchange, p.routing_key, properties, p.body)
                    for p, properties in encoded
                    for queue in routes[p[2:]]
                ),
            )
            self.run(
                "INSERT INTO ready SELECT queue, id, 0 FROM messages WHERE id > ?",
                before[0][0] if before else 0,
            )

    def route(self, publication: Publication) -> list[int]:
        """Return the queues for a message: the default exchange knows each queue by its name."""
        if publication.exchange:
            found = self.run(
                "SELECT queue FROM bindings WHERE exchange = ? AND routing_key = ?",
                publication.exchange,
                publication.routing_key,
            )
        else:
            found = self.run("SELECT id FROM queues WHERE name = ?", publication.routing_key)
        if not found:
            raise Misconfigured(
                f"{self.path}: no queue is bound to exchange {publication.exchange!r} by routing"
                f" key {publication.routing_key!r}: a worker declares its queue when it starts"
            )
        return [queue for (queue,) in found]

    def depth(self, queue: str) -> Depth:
        """Count the messages of a queue; nothing is in a queue that there is not."""
        with explained(self.path, BrokerUnavailable):
            ((ready, unsettled),) = self.run(
                "SELECT (SELECT count(*) FROM ready WHERE queue = q.id),"
                " (SELECT count(*) FROM held WHERE queue = q.id)"
                " FROM (SELECT (SELECT id FROM queues WHERE name = ?) AS id) AS q",
                queue,
            )
        return Depth(ready, unsettled)

    def peek(self, queue: str, limit: int) -> list[Publication]:
        """Return the oldest messages of a queue, also those in somebody's hands, untouched."""
        with explained(self.path, BrokerUnavailable):
            found = self.run(
                "WITH q AS (SELECT id FROM queues WHERE name = ?1)"
                " SELECT body, properties, exchange, routing_key FROM messages WHERE id IN ("
                " SELECT * FROM (SELECT id FROM ready WHERE queue IN q ORDER BY id LIMIT ?2)"
                " UNION ALL"
                " SELECT * FROM (SELECT id FROM held WHERE queue IN q ORDER BY id LIMIT ?2)"
                " ) ORDER BY id LIMIT ?2",
                queue,
                limit,
            )
        return [Publication(body, decode(kept), *rest) for body, kept, *rest in found]

    def close(self) -> None:
        """Close the file. A second call does nothing."""
        self.connection.close()

    def run(self, statement: str, *values: Any) -> list[Any]:
        """Execute one statement and return its rows."""
        return self.connection.execute(statement, values).fetchall()

    @contextmanager
    def change(self, *, synced: bool = True) -> Iterator[None]:
        """Commit a block as a whole; when `synced`, it survives a power loss from then on."""
        with explained(self.path, BrokerUnavailable):
            if not synced:
                self.run("PRAGMA synchronous = NORMAL")
            try:
                with transaction(self.connection):
                    yield
            finally:
                if not synced:
                    self.run("PRAGMA synchronous = FULL")
