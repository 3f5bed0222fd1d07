"""The stream that a memory in Redis is: reading on from the entry that was read last, appending.

Each append ends with a mark, a small entry of its own, so that the last entry is always a small
one: what is new is asked for from there, that entry included. When it is missing, the stream is not
what it was, and is read from its beginning. The mark of an append that has trimmed the stream says
so: what is missing below was forgotten, and not lost.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import redis

from mqworker.pulse import answered

BLOB, MARK = b"b", b"m"
"""The names of an entry's only field."""

MINE = uuid.uuid4().hex.encode()
"""What this process writes into its marks; with its ID no two marks are equal."""

PAGE = 256
"""Entries read at once, marks included; Redis serves nobody else meanwhile."""

SEQUENCE_BITS = 64


class Row(NamedTuple):
    """An entry of the stream: its ID, the name of its field, what is in it."""

    name: bytes
    kind: bytes
    content: bytes

    @property
    def position(self) -> int:
        """The ID as a number."""
        milliseconds, _, sequence = self.name.partition(b"-")
        return int(milliseconds) << SEQUENCE_BITS | int(sequence)

    @property
    def forgotten(self) -> int:
        """Below which position the stream was trimmed with this entry."""
        return int(self.content.partition(b" ")[2] or 0) if self.kind == MARK else 0


def name_of(position: int) -> str:
    """Return the ID of a position."""
    return f"{position >> SEQUENCE_BITS}-{position & ((1 << SEQUENCE_BITS) - 1)}"


class Visit:
    """Appends or looks first, then gives what is new; any number of times.

    Every method raises what redis-py raises.

    last: the entry that was read last, None when nothing was.
    anew: whether it was missing, so that the stream was read from its beginning.
    forgotten: below which position nothing is missing, as far as was read.
    """

    def __init__(self, client: redis.Redis, key: str, last: Row | None) -> None:
        self.client: Any = client  # its methods have no types
        self.key = key
        self.last = last
        self.anew = False
        self.forgotten = 0
        self.page: list[Any] = []
        self.own: list[Row] = []

    def look(self) -> None:
        """Ask for what is new, and write nothing."""
        self.page, self.own = self.client.execute_command(*self.query()), []

    def append(self, blobs: Sequence[bytes], forget: int = 0) -> list[Row]:
        """Ask for what is new, and append each blob and a mark, in one transaction.

        Args:
            blobs: may be none.
            forget: the stream may drop what is at lower positions.

        Returns:
            What was appended, the mark last.
        """
        mark = b"%s %d" % (MINE, forget) if forget else MINE
        contents = [*((BLOB, blob) for blob in blobs), (MARK, mark)]
        transaction = self.client.pipeline()
        transaction.execute_command(*self.query())
        for kind, content in contents:
            transaction.execute_command("XADD", self.key, "*", kind, content)
        if forget:
            transaction.execute_command("XTRIM", self.key, "MINID", "~", name_of(forget))
        self.page, *names = transaction.execute()
        self.own = [Row(name, *content) for name, content in zip(names, contents, strict=False)]
        return self.own

    def rows(self) -> Iterator[Row]:
        """Give what is new, in order, what was appended too."""
        yield from self.first_page()
        while len(self.page) == PAGE and self.last is not None:
            self.page = self.client.execute_command(*self.query(self.last.position + 1))
            yield from self.taken(self.page)
        # What was appended was not there yet for the first page, but was for any other.
        if self.own and (self.last is None or self.last.position < self.own[-1].position):
            yield from self.own
            self.last = self.own[-1]

    def first_page(self) -> Iterator[Row]:
        """Give what the first page has behind the last entry; or begin from the beginning."""
        if self.last is None:
            return self.taken(self.page)
        if self.page and row(self.page[0]) == self.last:
            return self.taken(self.page[1:])
        self.page = self.beginning(self.last.position + 1)
        return self.taken(self.page)

    def beginning(self, beyond: int) -> list[Any]:
        """Return the stream's first page, with a mark at a position appended first.

        So the next entries are beyond everything that was read, whatever the clock says. Redis
        refuses that mark when they are so already.
        """
        self.anew = True
        pipeline = self.client.pipeline(transaction=False)
        pipeline.execute_command("XADD", self.key, name_of(beyond), MARK, MINE)
        pipeline.execute_command(*self.query(0))
        _, page = pipeline.execute(raise_on_error=False)
        if isinstance(page, Exception):
            raise page
        return list(page)

    def taken(self, page: list[Any]) -> Iterator[Row]:
        """Give the entries of a page, taking note of each."""
        answered()
        for entry in page:
            self.last = row(entry)
            self.forgotten = max(self.forgotten, self.last.forgotten)
            yield self.last

    def query(self, start: int | None = None) -> tuple[Any, ...]:
        """Return the command for a page, from the last entry on unless told otherwise."""
        if start is None:
            start = self.last.position if self.last else 0
        return "XRANGE", self.key, name_of(start), "+", "COUNT", PAGE


def row(entry: Any) -> Row:
    """Read an entry as Redis gives it."""
    name, (kind, content, *_) = entry
    return Row(name, kind, content)
