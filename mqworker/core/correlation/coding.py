"""Sightings <-> bytes: one blob for what a worker appends to the memory at once.

Byte 0 is the version of the form, bytes 1 to 4 a CRC-32 of the rest, which is JSON: the names of
the identity fields, then the sightings column by column. What many events of a batch have in common
(index, links, stated values) stands in a table once, and each event has its number there.

1. What was not written by `encode`, or not in this version, is `Unreadable`, never misread.
2. Stated values have meaning by their place among the identity fields only. What was remembered
   for other identity fields says nothing about these: it is read as nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar
from zlib import crc32

import orjson

from mqworker.core.correlation.sighting import Sighting
from mqworker.core.errors import MqworkerError

VERSION = 1
HEAD = 5

Value = TypeVar("Value")


class Unreadable(MqworkerError):
    """Bytes that `encode` of this version has not written."""


def encode(sightings: Sequence[Sighting], identity: Sequence[str]) -> bytes:
    """Write sightings, at least one.

    Args:
        sightings: their texts are Unicode without lone surrogates (decoding refuses events with
            such), their times fit into 64 bits.
        identity: the names of the fields that `Sighting.stated` is about.
    """
    body = orjson.dumps(
        (
            list(identity),
            [sighting.id for sighting in sightings],
            [sighting.at for sighting in sightings],
            [number for number, sighting in enumerate(sightings) if sighting.floating],
            *tabled([sighting.index_name for sighting in sightings]),
            *tabled([sighting.links for sighting in sightings]),
            *tabled([sighting.stated for sighting in sightings]),
        )
    )
    return VERSION.to_bytes(1) + crc32(body).to_bytes(4) + body


def tabled(values: Iterable[Value]) -> tuple[list[Value], list[int]]:
    """Return the distinct values, and the number among them of each value."""
    table: dict[Value, int] = {}
    numbers = [table.setdefault(value, len(table)) for value in values]
    return list(table), numbers


def decode(blob: bytes, identity: Sequence[str]) -> list[Sighting]:
    """Read what `encode` wrote; nothing when it was written for other identity fields.

    Raises:
        Unreadable: it is of another version, damaged, or something else.
    """
    columns = read_columns(blob)
    try:
        names, ids, times, floating, *tables = columns
        if names != list(identity):
            return []
        index_table, indices, link_table, links, stated_table, stated = tables
        flags = [False] * len(ids)
        for number in floating:
            flags[number] = True
        rows = zip(
            ids,
            looked_up(index_table, indices),
            times,
            flags,
            looked_up(map(tuple, link_table), links),
            looked_up(map(tuple, stated_table), stated),
            strict=True,
        )
        return [Sighting(*row) for row in rows]
    except (ValueError, TypeError, LookupError) as error:
        raise Unreadable(f"holds something else than sightings: {error}") from error


def read_columns(blob: bytes) -> Any:
    """Check version and integrity; return the JSON."""
    if not blob or blob[0] != VERSION:
        found = f"has format {blob[0]}" if blob else "is empty"
        raise Unreadable(f"{found}, and this version of mqworker reads format {VERSION}")
    body = memoryview(blob)[HEAD:]
    if crc32(body) != int.from_bytes(blob[1:HEAD]):
        raise Unreadable("is damaged: its checksum does not fit")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"holds no JSON: {error}") from error


def looked_up(table: Iterable[Value], numbers: Iterable[int]) -> Iterator[Value]:
    """Give the value that each number stands for."""
    return map(list(table).__getitem__, numbers)
