"""The JSON text of a log file -> the bytes of each record, while the text is still coming.

A record is cut out by its brackets alone, and judged as JSON by itself: so a broken one costs
nothing but itself, goes to the dead letters byte for byte, and never is more of a file in memory
than one record and a piece.

1. What is cut out of the array `Records`, in order, is all of it but white space and commas.
2. A text that has no `Records`, ends too early, or has brackets that do not match is refused; what
   was cut out before is good.
3. It takes time in proportion to the text, but for a text in quotes of many pieces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NoReturn

from mqworker.core.errors import Refused
from mqworker.core.message import Refusal

LARGEST_RECORD: Final = 2 * 1024 * 1024
"""Bytes. CloudTrail's own bound is 256 KiB, or 1 MiB where larger events are switched on."""

_TEXT = rb'((?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+)'
_NEXT = re.compile(_TEXT + rb"([{}\[\]])?", re.DOTALL)
_RECORDS = re.compile(rb'.*"Records"[ \t\r\n]*:[ \t\r\n]*', re.DOTALL)
_BLANK = b" \t\r\n"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_OPENING = b"{["


class RecordCutter:
    """Cuts records out of one file's text. `count` is how many it has cut out."""

    def __init__(self, largest: int = LARGEST_RECORD) -> None:
        """Begin; `largest` is in bytes, of one record."""
        self.largest = largest
        self.buffer = bytearray()
        self.position = 0
        self.begun = 0
        self.depth = 0
        self.within = False
        self.seen = False
        self.count = 0

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Take the next piece of the text; give the records that end in it.

        Raises:
            Refused: this is no log file of CloudTrail, or a record is too large.
        """
        self.buffer += piece
        while (found := _NEXT.match(self.buffer, self.position)) and found[2]:
            yield from self.step(found[1], found[2], found.start(2))
            self.position = found.end()
        self.forget()

    def step(self, text: bytes, bracket: bytes, at: int) -> Iterator[bytes]:
        """Go past one bracket and the text before it."""
        if self.depth == 2 and self.within:  # noqa: PLR2004 - in the array, between records
            yield from self.between(text)
            self.begun = at
        if bracket in _OPENING:
            self.open(text, bracket)
            return
        self.depth -= 1
        if self.depth < 0:
            self.refuse("its brackets do not match")
        if self.within:
            yield from self.close(bracket, at + 1)

    def between(self, text: bytes) -> Iterator[bytes]:
        """Give what stands between two records and is no object."""
        stray = text.strip(_BLANK + b",")
        if stray:
            self.count += 1
            yield stray

    def open(self, text: bytes, bracket: bytes) -> None:
        """Go into an object or array."""
        if self.depth == 0 and (bracket != b"{" or text.removeprefix(_BYTE_ORDER_MARK).strip()):
            self.refuse("it is no JSON object")
        if self.depth == 1 and bracket == b"[" and _RECORDS.fullmatch(text):
            self.within = self.seen = True
        self.depth += 1

    def close(self, bracket: bytes, end: int) -> Iterator[bytes]:
        """Leave a record, or the array of records."""
        if self.depth == 2:  # noqa: PLR2004 - just behind a record
            self.count += 1
            yield bytes(self.buffer[self.begun : end])
            self.begun = end
        elif self.depth == 1:
            self.within = False
            if bracket != b"]":
                self.refuse("its brackets do not match")

    def forget(self) -> None:
        """Let go of what is behind us."""
        inside = self.within and self.depth > 2  # noqa: PLR2004
        done = self.begun if inside else self.position
        del self.buffer[:done]
        self.position -= done
        self.begun = 0
        if len(self.buffer) > self.largest:
            self.refuse(f"what follows has more than {self.largest} bytes without an end")

    def finish(self) -> None:
        """Say that the text has ended.

        Raises:
            Refused: it should not have, or it held no records.
        """
        if self.depth or self.buffer.strip(_BLANK):
            self.refuse("its JSON ends too early")
        if not self.seen:
            self.refuse("it has no array Records")

    def refuse(self, reason: str) -> NoReturn:
        """Refuse the rest of the text."""
        raise Refused(
            Refusal("decode", f"no log file of CloudTrail: {reason}, after {self.count} records")
        )
