"""The days that are there in the embedded store, and their removal.

A file keeps its largest size; the room of what was removed is used again.
"""

from __future__ import annotations

import sqlite3

import orjson

from mqworker.core.holding import Holding
from mqworker.database import transaction
from mqworker.sinks.contents import text_of

AT_ONCE = 500
"""Documents in one transaction: workers write in between."""


def holdings(connection: sqlite3.Connection) -> list[Holding]:
    """Return what is held, in the order of the names."""
    found = connection.execute(
        "SELECT index_name, count(*), sum(length(source)) FROM documents"
        " GROUP BY index_name ORDER BY index_name"
    )
    return [Holding(*row) for row in found]


def drop_some(connection: sqlite3.Connection, name: str) -> int:
    """Remove documents of one index, as one transaction; return how many, 0 when none is left."""
    with transaction(connection):
        found = connection.execute(
            "SELECT number, source FROM documents WHERE index_name = ? LIMIT ?", (name, AT_ONCE)
        ).fetchall()
        connection.executemany(
            "INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)",
            [(number, text_of(orjson.loads(source))) for number, source in found],
        )
        connection.executemany(
            "DELETE FROM documents WHERE number = ?", [(number,) for number, _ in found]
        )
    return len(found)
