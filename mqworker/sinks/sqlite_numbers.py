"""The number of a document in the embedded store: its time in milliseconds, a counter below."""

from __future__ import annotations

import sqlite3
from datetime import datetime

COUNTER_BITS = 21
"""What is left below the milliseconds until the year 2109, in 63 bits."""

LATEST_MS = 4_102_444_800_000
"""The year 2100: what claims to be later is ordered as if it were then."""


def first_number(time: datetime) -> int:
    """Return the lowest number of the millisecond `time` (aware) is in."""
    milliseconds = int(time.timestamp() * 1000)
    return max(0, min(milliseconds, LATEST_MS)) << COUNTER_BITS


def last_number(time: datetime) -> int:
    """Return the highest number of the millisecond `time` (aware) is in."""
    return first_number(time) + (1 << COUNTER_BITS) - 1


def free_number(connection: sqlite3.Connection, first: int) -> int:
    """Return the next number of a millisecond, or of a later one when all of it is taken."""
    beyond = first + (1 << COUNTER_BITS)
    ((last,),) = connection.execute(
        "SELECT max(number) FROM documents WHERE number >= ? AND number < ?", (first, beyond)
    )
    if last is None:
        return first
    return int(last) + 1 if last + 1 < beyond else free_number(connection, beyond)
