"""Gzip data inflated piece by piece, within a bound; what is not in gzip passes as it is.

`mqworker.core.inflate` does the same for a body that is there as a whole.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import NoReturn

from mqworker.core.errors import Refused
from mqworker.core.message import Refusal

_MAGIC = b"\x1f\x8b"
_WINDOW = 16 + zlib.MAX_WBITS
_PIECE = 256 * 1024
_MAX_MEMBERS = 100_000


class Gunzip:
    """Inflates one file of any number of gzip members (RFC 1952, section 2.2).

    limit: bytes, of what it may inflate to.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.inflated = 0
        self.members = 0
        self.head = b""
        self.plain: bool | None = None
        self.member: zlib._Decompress | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take the next bytes; give the text in them, in pieces of at most 256 KiB.

        Raises:
            Refused: damaged, or more than the limit.
        """
        data = self.head + data
        self.head = b""
        if self.plain is None:
            if len(data) < len(_MAGIC):
                self.head = data
                return
            self.plain = data[: len(_MAGIC)] != _MAGIC
        for text in [data] if self.plain else self.inflate(data):
            self.inflated += len(text)
            if self.inflated > self.limit:
                refuse(f"inflates to more than {self.limit} bytes")
            yield text

    def inflate(self, data: bytes) -> Iterator[bytes]:
        """Give what compressed bytes inflate to."""
        while data:
            if self.member is None:
                data = data.lstrip(b"\0") if self.members else data
                if not data:
                    return
                self.member = self.begin()
            try:
                yield self.member.decompress(data, _PIECE)
            except zlib.error as error:
                refuse(f"damaged gzip data: {error}")
            data = self.member.unconsumed_tail
            if self.member.eof:
                data, self.member = self.member.unused_data, None

    def begin(self) -> zlib._Decompress:
        """Begin a member."""
        self.members += 1
        if self.members > _MAX_MEMBERS:
            refuse(f"more than {_MAX_MEMBERS} gzip members")
        return zlib.decompressobj(_WINDOW)

    def finish(self) -> Iterator[bytes]:
        """Say that the data has ended; give what was held back.

        Raises:
            Refused: it should not have.
        """
        if self.member is not None:
            refuse(f"the gzip data ends too early, after {self.inflated} bytes of text")
        if self.head:
            yield self.head


def refuse(reason: str) -> NoReturn:
    """Refuse the file.

    Raises:
        Refused: always.
    """
    raise Refused(Refusal("decode", reason))
