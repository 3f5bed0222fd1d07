"""Events on disk: files that are appended to, read, and removed when all in them is confirmed.

1. A file belongs to the process that holds a lock on it (flock). The kernel takes the lock away
   when the process ends, however it ends; then any other user of the directory adopts the file.
2. An entry that `append` returned for survives kill -9, and is read until `done`.
3. A write that fails half-way is taken back, so that what follows is not torn.
4. All files together stay below `most_bytes`.

It is not synced: a crash of the whole machine may cost the last seconds.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from mqworker.client.entry import Entry, read_lines

SUFFIX = ".ndjson"
PREFIX = "events-"
REFUSED = "refused.ndjson"
MOST_REFUSED_BYTES = 10 * 2**20
SEGMENT_BYTES = 2**20
READ_BYTES = 4 * 2**20
"""More than any entry: one read finds at least one whole entry."""
MEASURED_S = 1.0
"""How long the size of what other processes keep in the directory is believed."""


class Segment:
    """A file that this process has locked; bytes up to `read` are done."""

    def __init__(self, path: Path, fd: int, size: int = 0) -> None:
        """Take over an open, locked file."""
        self.path, self.fd, self.size, self.read = path, fd, size, 0


class Batch(NamedTuple):
    """What was read of a segment; `end` is where the next starts."""

    segment: Segment
    entries: list[Entry]
    end: int
    damaged: int


class Spool:
    """A directory of segments. One thread appends, another reads; both may wait for the disk."""

    def __init__(self, directory: Path, most_bytes: int) -> None:
        """Name the directory; it is made with the first entry."""
        self.directory = directory
        self.most_bytes = most_bytes
        self.lock = threading.Lock()
        self.segments: list[Segment] = []
        self.current: Segment | None = None
        self.foreign_bytes = 0
        self.measured = -MEASURED_S

    @property
    def pending(self) -> bool:
        """Whether anything waits to be read."""
        return any(segment.read < segment.size for segment in list(self.segments))

    def append(self, entries: Sequence[Entry]) -> None:
        """Write entries.

        Raises:
            OSError: none of them is written: no room, or no right to.
        """
        data = b"".join(entry.lines for entry in entries)
        with self.lock:
            if self.total() + len(data) > self.most_bytes:
                raise OSError(errno.EDQUOT, f"the spool is full ({self.most_bytes} bytes)")
            segment = self.current or self.create()
            try:
                write_all(segment.fd, data)
            except OSError:
                os.ftruncate(segment.fd, segment.size)
                raise
            segment.size += len(data)
            self.current = segment if segment.size < SEGMENT_BYTES else None

    def total(self) -> int:
        """Return how much all files hold, in bytes; of other processes', as of a moment ago."""
        if time.monotonic() - self.measured > MEASURED_S:
            own = {segment.path.name for segment in self.segments}
            sizes = [size for name, size in self.files() if name not in own]
            self.foreign_bytes, self.measured = sum(sizes), time.monotonic()
        return self.foreign_bytes + sum(segment.size for segment in self.segments)

    def files(self) -> Iterator[tuple[str, int]]:
        """Return the segments in the directory, whoever they belong to, the oldest first."""
        with suppress(FileNotFoundError):
            for path in sorted(self.directory.glob(f"{PREFIX}*{SUFFIX}")):
                with suppress(FileNotFoundError):
                    yield path.name, path.stat().st_size

    def create(self) -> Segment:
        """Start a segment."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{PREFIX}{time.time_ns():020d}-{os.getpid()}-{uuid.uuid4().hex[:8]}{SUFFIX}"
        path = self.directory / name
        fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC, 0o600)
        fcntl.flock(fd, fcntl.LOCK_EX)
        if not os.fstat(fd).st_nlink:  # taken for one that was left behind
            os.close(fd)
            return self.create()
        segment = Segment(path, fd)
        self.segments.append(segment)
        return segment

    def adopt(self) -> None:
        """Take over what processes that are gone have left."""
        with self.lock:
            own = {segment.path.name for segment in self.segments}
            found = [
                self.take(self.directory / name) for name, _ in self.files() if name not in own
            ]
            self.segments[:0] = [segment for segment in found if segment]
            self.measured = -MEASURED_S

    def take(self, path: Path) -> Segment | None:
        """Open a file and lock it; None when somebody else has it, or has just removed it."""
        try:
            fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:
            return None
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            found = os.fstat(fd)
            if found.st_nlink and found.st_size:
                return Segment(path, fd, found.st_size)
            if found.st_nlink:
                path.unlink()  # a maker who has not locked it yet will see that, and make another
        except OSError:
            pass
        os.close(fd)
        return None

    def next(self, most_entries: int, most_bytes: int) -> Batch | None:
        """Read the first entries that are not done; None when there are none.

        Raises:
            OSError: the disk fails.
        """
        for segment in list(self.segments):
            if segment.read < segment.size:
                wanted = min(READ_BYTES, segment.size - segment.read)
                data = os.pread(segment.fd, wanted, segment.read)
                return cut(segment, data, most_entries, most_bytes)
        return None

    def done(self, batch: Batch) -> None:
        """Forget a batch; a segment without any more is removed, or emptied if it is in use."""
        segment = batch.segment
        with self.lock:
            if segment not in self.segments:
                return
            segment.read = batch.end
            if segment.read < segment.size:
                return
            if segment is self.current:
                os.ftruncate(segment.fd, 0)
                segment.size = segment.read = 0
            else:
                self.remove(segment)

    def remove(self, segment: Segment) -> None:
        """Remove a segment's file, and let go of it."""
        self.segments.remove(segment)
        with suppress(OSError):
            segment.path.unlink()
        os.close(segment.fd)

    def keep_refused(self, entry: Entry, reason: str) -> None:
        """Write down an event that will never be taken, for a person to look at."""
        line = b'{"reason":%b,"id":%b,"event":%b}\n'
        path = self.directory / REFUSED
        with suppress(OSError):
            if not path.exists() or path.stat().st_size < MOST_REFUSED_BYTES:
                fd = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o600)
                with os.fdopen(fd, "ab") as file:
                    file.write(line % (as_json(reason), as_json(entry.id), entry.body))

    def close(self) -> None:
        """Leave: what is not done stays on disk for whoever comes next."""
        with self.lock:
            for segment in list(self.segments):
                if segment.read >= segment.size:
                    self.remove(segment)
            self.forget()

    def forget(self) -> None:
        """Close the files, without a word to their locks: a parent process may hold them still."""
        for segment in self.segments:
            with suppress(OSError):
                os.close(segment.fd)
        self.segments, self.current = [], None


def as_json(text: str) -> bytes:
    """Return text as JSON."""
    return json.dumps(text).encode()


def cut(segment: Segment, data: bytes, most_entries: int, most_bytes: int) -> Batch:
    """Return the first entries in data, at least one; a torn end of the file counts as damage."""
    ends = min(len(data), most_bytes)
    read = read_lines(data[:ends], most_entries)
    if not read.entries and ends < len(data):
        read = read_lines(data, 1)
    end, damaged = segment.read + read.length, read.damaged
    if not read.length:
        end, damaged = segment.size, damaged + 1
    return Batch(segment, read.entries, end, damaged)


def write_all(fd: int, data: bytes) -> None:
    """Write all of it.

    Raises:
        OSError: it did not fit.
    """
    left = memoryview(data)
    while left:
        left = left[os.write(fd, left) :]
