"""Documents of the embedded store, found by exact values.

1. The index of words and the numbers narrow down what has to be read; whether a document is meant
   is decided on the document itself (`mqworker.core.clause`).
2. The narrowing leaves nothing out: what the index can't be asked for is read from the table.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

import orjson

from mqworker.core.clause import ID, Clause, canonical, holds
from mqworker.sinks.contents import UNSEARCHED
from mqworker.sinks.sqlite_numbers import first_number, last_number

AT_ONCE = 100
"""Values that one query asks for."""

SYNTAX = re.compile('[\0"]')
"""What ends a quoted word, or the whole query, for FTS5."""

LAST = (1 << 63) - 1
COLUMNS = "d.number, d.index_name, d.id, d.source"
BY_ID = f"SELECT {COLUMNS} FROM documents AS d WHERE d.id = ?"  # noqa: S608 - constants
BY_TIME = (
    f"SELECT {COLUMNS} FROM documents AS d "  # noqa: S608 - constants
    "WHERE d.number BETWEEN ? AND ? ORDER BY d.number DESC"
)
BY_WORDS = (
    f"SELECT {COLUMNS} FROM words(?) AS w JOIN documents AS d ON d.number = w.rowid "  # noqa: S608
    "WHERE w.rowid BETWEEN ? AND ? ORDER BY w.rowid DESC"
)


class Found(NamedTuple):
    """A document, and its number, by which the newest are first."""

    number: int
    index_name: str
    id: str
    fields: dict[str, Any]

    @property
    def hit(self) -> dict[str, Any]:
        """The document as a store hands it over."""
        return {"_index": self.index_name, "_id": self.id, "_source": self.fields}


def find(
    connection: sqlite3.Connection, clauses: Sequence[Clause], limit: int
) -> list[dict[str, Any]]:
    """Return the newest documents that one of the clauses asks for."""
    found: dict[int, Found] = {}
    for clause in clauses:
        for part in divided(clause):
            meant = (each for each in candidates(connection, part) if holds(part, each.hit))
            found.update((each.number, each) for each in islice(meant, limit))
    newest = sorted(found, reverse=True)[:limit]
    return [found[number].hit for number in newest]


def divided(clause: Clause) -> Iterator[Clause]:
    """Give clauses that together ask for the same, none of them for too many values."""
    fields = {name: sorted(canonical(name, values)) for name, values in clause.fields.items()}
    if not fields or not all(fields.values()):
        return
    longest = max(fields, key=lambda name: len(fields[name]))
    for start in range(0, len(fields[longest]), AT_ONCE):
        few = fields[longest][start : start + AT_ONCE]
        yield clause._replace(fields={**fields, longest: few})


def candidates(connection: sqlite3.Connection, clause: Clause) -> Iterator[Found]:
    """Give the documents that a clause may ask for, the newest first."""
    if ID in clause.fields:
        rows = [connection.execute(BY_ID, (value,)).fetchall() for value in clause.fields[ID]]
        yield from map(read, sorted(chain(*rows), reverse=True))
        return
    span = (
        0 if clause.since is None else first_number(clause.since),
        LAST if clause.until is None else last_number(clause.until),
    )
    words = words_of(clause)
    query = (BY_WORDS, (words, *span)) if words else (BY_TIME, span)
    yield from map(read, connection.execute(*query))


def read(row: tuple[int, str, str, bytes]) -> Found:
    """Return a row as what it stands for."""
    number, index_name, id_, source = row
    return Found(number, index_name, id_, orjson.loads(source))


def words_of(clause: Clause) -> str:
    """Return what the index of words is asked; "" when it can't be asked anything."""
    groups = [
        " OR ".join(f'"{SYNTAX.sub(" ", value)}"' for value in values)
        for name, values in clause.fields.items()
        if name.partition(".")[0] not in UNSEARCHED and all(map(is_indexed, values))
    ]
    return " AND ".join(f"({group})" for group in groups)


def is_indexed(value: str) -> bool:
    """Tell whether the index of words has an entry for a value: not for a truth value."""
    return any(map(str.isalnum, value)) and value not in ("true", "false")
