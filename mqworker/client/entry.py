"""An event on its way, and the two lines that it is in a spool file and in a request.

The lines are those of Elasticsearch's bulk form, `create` with an `_id`, so that a spool file is
the body of a request as it stands: `curl --data-binary @FILE URL/_bulk` sends it.
"""

from __future__ import annotations

import json
from typing import NamedTuple

START = b'{"create":{"_id":'


class Entry(NamedTuple):
    """An event: its ID, and the event as JSON without a newline."""

    id: str
    body: bytes

    @property
    def lines(self) -> bytes:
        """The entry in bulk form."""
        return b"%b%b}}\n%b\n" % (START, json.dumps(self.id).encode(), self.body)


class Read(NamedTuple):
    """What was read of a spool file.

    entries: whole ones. length: the bytes that they, and damaged lines between them, take up.
    damaged: lines that make no sense; only a crash of the machine makes such.
    """

    entries: list[Entry]
    length: int
    damaged: int = 0


def read_lines(data: bytes, most: int) -> Read:
    """Read at most so many entries; a last one that is not whole is left alone."""
    entries: list[Entry] = []
    at = damaged = 0
    while len(entries) < most and (ends := data.find(b"\n", at)) >= 0:
        name = _id_of(data[at:ends])
        if name is None:
            at, damaged = ends + 1, damaged + 1
            continue
        last = data.find(b"\n", ends + 1)
        if last < 0:
            break
        entries.append(Entry(name, data[ends + 1 : last]))
        at = last + 1
    return Read(entries, at, damaged)


def _id_of(line: bytes) -> str | None:
    if not line.startswith(START):
        return None
    try:
        name = json.loads(line)["create"]["_id"]
    except ValueError:
        return None
    return name if isinstance(name, str) else None
