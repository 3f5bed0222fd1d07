"""Events in a file: one on each line, or an array of them, or one object over several lines.

1. Nothing is skipped but empty lines: each line is an event or a reason, with its number.
2. What is read is handed on at once, so that a pipe that stays open is no reason to wait.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import NamedTuple

import orjson

from mqworker.core.decode import Limits, decode
from mqworker.core.errors import Refused
from mqworker.core.message import Record, Refusal

CHUNK = 256 * 1024
WHOLE = 64 * 1024 * 1024
"""Bytes up to which a file that is not one event a line is read as a single JSON value."""

BOM = b"\xef\xbb\xbf"
GZIP = b"\x1f\x8b"


class Found(NamedTuple):
    """An event, the bytes that it was written in, and where: its line, or place in the array."""

    number: int
    body: bytes
    record: Record


class Bad(NamedTuple):
    """Something that is no event, and why."""

    number: int
    reason: str


Item = Found | Bad


def read_events(
    stream: io.BufferedIOBase, limits: Limits, on_read: Callable[[int], object]
) -> Iterator[list[Item]]:
    """Give the events of a stream, as they come.

    Args:
        stream: where to read, in binary.
        limits: what the worker takes; beyond them is bad.
        on_read: told the number of bytes of each read.
    """
    pieces = read_pieces(stream, on_read)
    head = read_head(pieces)
    if head.startswith(GZIP):
        yield [Bad(1, "this is gzip: unpack it first, as in zcat FILE | mqworker publish -")]
        return
    if not begins_with_an_event(head):
        whole, head = read_whole(head, pieces)
        if whole is not None:
            yield [judge(number, body, limits) for number, body in enumerate(whole, 1)]
            return
    for lines in numbered(chain([head], pieces)):
        yield [judge(number, line, limits) for number, line in lines if line.strip()]


def read_pieces(stream: io.BufferedIOBase, on_read: Callable[[int], object]) -> Iterator[bytes]:
    """Give what can be read without waiting for more, until the end."""
    while piece := stream.read1(CHUNK):
        on_read(len(piece))
        yield piece


def read_head(pieces: Iterable[bytes]) -> bytes:
    """Return the beginning, at least to the end of the first line that is not empty."""
    head = b""
    for piece in pieces:
        head += piece
        if b"\n" in head.lstrip():
            break
    return head.removeprefix(BOM)


def begins_with_an_event(head: bytes) -> bool:
    """Tell whether the first line is an object by itself, or nothing that could become one."""
    first = head.lstrip().partition(b"\n")[0]
    if first.startswith(b"["):
        return False
    return not first.startswith(b"{") or as_json(first) is not None


def read_whole(head: bytes, pieces: Iterator[bytes]) -> tuple[list[bytes] | None, bytes]:
    """Read everything as one JSON value.

    Returns its events, None when it is no such value (or too large to try); and what was read.
    """
    text = bytearray(head)
    for piece in pieces:
        text += piece
        if len(text) > WHOLE:
            return None, bytes(text)
    value = as_json(bytes(text))
    if isinstance(value, dict):
        return [bytes(text).strip()], bytes(text)
    if isinstance(value, list):
        return [orjson.dumps(item) for item in value], bytes(text)
    return None, bytes(text)


def as_json(text: bytes) -> object:
    """Return the value that JSON text stands for, None when it is none."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def numbered(pieces: Iterable[bytes]) -> Iterator[list[tuple[int, bytes]]]:
    """Give the lines that each piece completes, with their numbers from 1."""
    rest, count = b"", 0
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        if lines:
            yield list(enumerate(lines, count + 1))
        count += len(lines)
    if rest:
        yield [(count + 1, rest)]


def judge(number: int, line: bytes, limits: Limits) -> Item:
    """Decide as the worker would whether this is an event."""
    body = line.strip()
    try:
        items = decode(body, None, limits).items
    except Refused as refused:
        return bad(number, refused.refusal)
    if len(items) > 1:
        return Bad(number, f"an array of {len(items)} events: write each on a line of its own")
    return bad(number, items[0]) if isinstance(items[0], Refusal) else Found(number, body, items[0])


def bad(number: int, refusal: Refusal) -> Bad:
    """Return why this is no event; the line's number is ours, not the decoder's."""
    return Bad(number, refusal.reason.replace("line 1, ", ""))
