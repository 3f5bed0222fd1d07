"""What really happened, line by line as JSON, with the seconds since the first event was sent."""

from __future__ import annotations

import json
import time
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple


class Entry(NamedTuple):
    """One line: when, in which lane, what, from when on, and more."""

    at: float
    lane: str
    what: str
    began: float
    told: dict[str, Any]


class Diary:
    """Written by all threads of a campaign; `echo` is told each line as well."""

    def __init__(self, path: Path, *, echo: bool = False) -> None:
        self.file = path.open("w", encoding="utf-8", buffering=1)
        self.echo = echo
        self.zero = time.monotonic()
        self.lock = Lock()
        self.entries: list[Entry] = []

    @property
    def now(self) -> float:
        """Seconds since the first event was sent."""
        return time.monotonic() - self.zero

    def begin(self) -> None:
        """Count from now on."""
        self.zero = time.monotonic()

    def note(self, lane: str, what: str, began: float | None = None, **told: Any) -> None:
        """Write a line; with `began` it is about all the time since then."""
        now = self.now
        entry = Entry(round(now, 2), lane, what, round(now if began is None else began, 2), told)
        with self.lock:
            self.entries.append(entry)
            self.file.write(json.dumps(entry._asdict()) + "\n")
        if self.echo and what != "rate":
            more = " ".join(f"{name}={value}" for name, value in told.items())
            print(f"{now:7.1f}  {lane:24}{what} {more}", flush=True)  # noqa: T201 - progress

    def close(self) -> None:
        """Write no more."""
        self.file.close()


def read(path: Path) -> list[Entry]:
    """Read a diary."""
    return [Entry(**json.loads(line)) for line in path.read_text().splitlines()]
