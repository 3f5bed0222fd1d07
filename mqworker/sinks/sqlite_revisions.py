"""Documents of the embedded store, read for completing them and replaced.

1. A document is replaced only while it has the revision that was read; each write raises it.
2. A contentless index forgets words only when it is told exactly what it was told at first. So
   whatever `text_of` makes of a document is part of the store's format.
3. The number of a document stays: completing it does not change its time.
"""

from __future__ import annotations

import sqlite3

import orjson

from mqworker.core.message import DUPLICATE, STORED, Amendment, Outcome, Place, Stored
from mqworker.sinks.contents import fields_of, text_of

TERM = 1
"""The second part of every version: a file has one history, unlike a shard."""


def read(connection: sqlite3.Connection, place: Place) -> Stored | None:
    """Return a document and its version, None where there is none."""
    found = connection.execute(
        "SELECT source, revision FROM documents WHERE id = ? AND index_name = ?",
        (place.id, place.index_name),
    ).fetchone()
    return None if found is None else Stored(orjson.loads(found[0]), (found[1], TERM))


def replace(connection: sqlite3.Connection, amendment: Amendment) -> Outcome:
    """Replace one document if it still has the version that was read."""
    fields = fields_of(amendment.source)
    if isinstance(fields, Outcome):
        return fields
    index_name, id_ = amendment.place
    found = connection.execute(
        "SELECT number, source, revision FROM documents WHERE id = ? AND index_name = ?",
        (id_, index_name),
    ).fetchone()
    if found is None or (found[2], TERM) != amendment.version:
        return DUPLICATE
    number, source, _ = found
    connection.execute(
        "UPDATE documents SET source = ?, revision = revision + 1 WHERE number = ?",
        (amendment.source, number),
    )
    reindex(connection, number, text_of(orjson.loads(source)), text_of(fields))
    return STORED


def reindex(connection: sqlite3.Connection, number: int, old: str, new: str) -> None:
    """Make a document found by its new words, and no longer by its old ones."""
    if old != new:
        connection.execute(
            "INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)", (number, old)
        )
        connection.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (number, new))
