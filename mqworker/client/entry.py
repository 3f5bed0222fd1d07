"""An event on its way, and the two lines that it is in a spool file and in a request.

The lines are those of Elasticsearch's bulk form, `create` with an `_id`, so that a spool file is
the body of a request as it stands: `curl --data-binary @FILE URL/_bulk` sends it.
"""

from __future__ import annotations

import json
from typing import NamedTuple

START = b'{"create":{"_id":'


class Entry(NamedTuple):
    """An event: its ID, and the event as JSON without a newline.

    context: of the application's trace, as names and values of headers.
    """

    id: str
    body: bytes
    context: tuple[tuple[str, str], ...] = ()

    @property
    def lines(self) -> bytes:
        """The entry in bulk form."""
        name = json.dumps(self.id).encode()
        if self.context:
            name += b"," + json.dumps(dict(self.context)).encode()[1:-1]
        return b"%b%b}}\n%b\n" % (START, name, self.body)


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
        action = _action_of(data[at:ends])
        if action is None:
            at, damaged = ends + 1, damaged + 1
            continue
        last = data.find(b"\n", ends + 1)
        if last < 0:
            break
        name, context = action
        entries.append(Entry(name, data[ends + 1 : last], context))
        at = last + 1
    return Read(entries, at, damaged)


def _action_of(line: bytes) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    if not line.startswith(START):
        return None
    try:
        details = json.loads(line)["create"]
    except ValueError:
        return None
    name = details.pop("_id")
    context = tuple((key, value) for key, value in details.items() if isinstance(value, str))
    return (name, context) if isinstance(name, str) else None
