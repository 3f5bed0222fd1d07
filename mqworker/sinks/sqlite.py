"""The embedded document store: one SQLite file, searched by words.

1. A document is unique by its index and its ID, as in Elasticsearch, and is kept byte for byte.
2. A batch is one transaction, synced to the disk: `stored` means durable.
3. A document's number is its time in milliseconds and a counter below: so the newest are found
   first without sorting, also among the documents that match a word.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, TypeVar

import orjson

from mqworker.core.clause import Clause
from mqworker.core.errors import Misconfigured, SinkUnavailable
from mqworker.core.holding import Holding
from mqworker.core.message import (
    DUPLICATE,
    STORED,
    Amendment,
    Document,
    Outcome,
    Place,
    Stored,
)
from mqworker.database import Format, explained, is_passing, open_database, transaction
from mqworker.sinks.contents import fields_of, occurred, text_of
from mqworker.sinks.sqlite_find import SYNTAX, find
from mqworker.sinks.sqlite_indices import drop_some, holdings
from mqworker.sinks.sqlite_numbers import first_number, free_number
from mqworker.sinks.sqlite_revisions import read, replace

STORE = Format(
    kind="document store",
    application_id=0x6D717773,
    version=1,
    schema=(
        """CREATE TABLE documents (
            number INTEGER PRIMARY KEY, index_name TEXT NOT NULL, id TEXT NOT NULL,
            source BLOB NOT NULL, revision INTEGER NOT NULL, UNIQUE (id, index_name)
        )""",
        # Contentless: the words are indexed, and the text itself is only in the document.
        """CREATE VIRTUAL TABLE words USING fts5(
            text, content = '', tokenize = 'unicode61 remove_diacritics 2'
        )""",
    ),
)


NEWEST = "SELECT index_name, id, source FROM documents ORDER BY number DESC LIMIT ?"
MATCHING = """
    SELECT index_name, id, source FROM documents WHERE number IN (
        SELECT rowid FROM words(?) ORDER BY rowid DESC LIMIT ?
    ) ORDER BY number DESC"""
Item = TypeVar("Item")


class Readable(NamedTuple):
    """A document whose fields were read: its place in the batch, its first number, its words."""

    number: int
    position: int
    document: Document
    text: str


class SqliteSink:
    """Stores, finds and completes documents; see `Sink`, `Archive` and `Revisions` in the ports.

    Opens the file at its first use. Threads take turns.
    """

    def __init__(self, path: Path, *, lock_timeout_s: float = 5.0) -> None:
        """Name the store.

        Args:
            path: the file, made where there is none.
            lock_timeout_s: how long a batch waits for another process's.
        """
        self.path = path
        self.lock_timeout_s = lock_timeout_s
        self.turn = Lock()
        self.connection: sqlite3.Connection | None = None

    def verify(self) -> str:
        """Check that the file can be written to; see `mqworker.ports.Sink.verify`."""
        with self.use() as connection, transaction(connection):
            ((number,),) = connection.execute("SELECT count(*) FROM documents")
        return f"SQLite {STORE.kind} {self.path}, format {STORE.version}: {number} documents"

    def write(self, documents: Sequence[Document]) -> list[Outcome]:
        """Store a batch; see `mqworker.ports.Sink.write`."""
        outcomes: list[Outcome] = []
        batch: list[Readable] = []
        now = datetime.now(UTC)
        for position, document in enumerate(documents):
            read = fields_of(document.source)
            if isinstance(read, Outcome):
                outcomes.append(read)
            else:
                number = first_number(occurred(read, now))
                batch.append(Readable(number, position, document, text_of(read)))
                outcomes.append(STORED)
        # In the order of their numbers: the index of words is built faster.
        batch.sort()
        for readable, outcome in zip(batch, self.change(create, batch), strict=True):
            outcomes[readable.position] = outcome
        return outcomes

    def fetch(self, places: Sequence[Place]) -> list[Stored | None]:
        """Read documents; see `mqworker.ports.Revisions.fetch`."""
        try:
            with self.use() as connection:
                return [read(connection, place) for place in places]
        except Misconfigured as error:
            raise SinkUnavailable(str(error)) from error

    def amend(self, amendments: Sequence[Amendment]) -> list[Outcome]:
        """Replace documents that have not changed; see `mqworker.ports.Revisions.amend`."""
        return self.change(replace, amendments)

    def change(
        self, one: Callable[[sqlite3.Connection, Item], Outcome], items: Sequence[Item]
    ) -> list[Outcome]:
        """Do something for each item, as one transaction."""
        if not items:
            return []
        try:
            with self.use() as connection, transaction(connection):
                return [one(connection, item) for item in items]
        except (SinkUnavailable, Misconfigured) as error:
            return [Outcome("retry", str(error))] * len(items)

    def search(self, words: str, limit: int) -> list[Mapping[str, Any]]:
        """Find the newest documents that have all of the words; see `mqworker.ports.Archive`.

        Without words, every document does. Case and accents make no difference; what is written
        together, as in an address, is found together.
        """
        quoted = " ".join(f'"{word}"' for word in SYNTAX.sub(" ", words).split())
        with self.use() as connection:
            if quoted:
                found = connection.execute(MATCHING, (quoted, limit)).fetchall()
            else:
                found = connection.execute(NEWEST, (limit,)).fetchall()
        return [
            {"_index": index, "_id": id_, "_source": orjson.loads(source)}
            for index, id_, source in found
        ]

    def find(self, clauses: Sequence[Clause], limit: int) -> list[Mapping[str, Any]]:
        """Find documents by exact values; see `mqworker.ports.Archive.find`."""
        with self.use() as connection:
            return list(find(connection, clauses, limit))

    def count(self) -> int:
        """Count the documents of all indices; see `mqworker.ports.Archive.count`."""
        with self.use() as connection:
            ((number,),) = connection.execute("SELECT count(*) FROM documents")
        return int(number)

    def holdings(self) -> list[Holding]:
        """List indices; see `mqworker.ports.Holdings.holdings`."""
        with self.use() as connection:
            return holdings(connection)

    def drop(self, name: str) -> None:
        """Remove an index; see `mqworker.ports.Holdings.drop`."""
        dropped = 1
        while dropped:
            with self.use() as connection:
                dropped = drop_some(connection, name)

    @contextmanager
    def use(self) -> Iterator[sqlite3.Connection]:
        """Hold the connection for a block, opening it when there is none."""
        with self.turn:
            try:
                with explained(self.path, SinkUnavailable):
                    if self.connection is None:
                        self.connection = open_database(
                            self.path, STORE, SinkUnavailable, self.lock_timeout_s
                        )
                    yield self.connection
            except (SinkUnavailable, Misconfigured) as error:
                if not is_passing(error):
                    self.disconnect()
                raise

    def close(self) -> None:
        """Leave; see `mqworker.ports.Sink.close`."""
        with self.turn:
            self.disconnect()

    def disconnect(self) -> None:
        """Close the connection when there is one; for who holds the turn."""
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close()


def create(connection: sqlite3.Connection, readable: Readable) -> Outcome:
    """Store one document unless it is in its index, or elsewhere, already."""
    document = readable.document
    if any(has(connection, document.id, index) for index in document.elsewhere):
        return DUPLICATE
    number = free_number(connection, readable.number)
    created = connection.execute(
        "INSERT INTO documents VALUES (?, ?, ?, ?, 1) ON CONFLICT (id, index_name) DO NOTHING",
        (number, document.index_name, document.id, document.source),
    ).rowcount
    if not created:
        return DUPLICATE
    connection.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (number, readable.text))
    return STORED


def has(connection: sqlite3.Connection, id_: str, index: str) -> bool:
    """Tell whether a document is in an index."""
    found = connection.execute(
        "SELECT 1 FROM documents WHERE id = ? AND index_name = ?", (id_, index)
    )
    return found.fetchone() is not None
