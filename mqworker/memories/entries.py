"""Entries of a log, as every memory outside of the process reads them."""

from __future__ import annotations

from collections.abc import Sequence

from mqworker.core.correlation.coding import Unreadable, decode
from mqworker.core.errors import Misconfigured
from mqworker.ports import Remembered


def read_entry(position: int, blob: bytes, identity: Sequence[str], where: str) -> Remembered:
    """Read one entry.

    Args:
        position: its place in the log.
        blob: what `encode` of `mqworker.core.correlation.coding` wrote.
        identity: the names of the identity fields of this worker.
        where: the log, for people.

    Raises:
        Misconfigured: something else writes to this log, or it is damaged.
    """
    try:
        return Remembered(position, decode(blob, identity))
    except Unreadable as unreadable:
        raise Misconfigured(f"{where}: entry {position} {unreadable}") from unreadable
