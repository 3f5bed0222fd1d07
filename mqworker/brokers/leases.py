"""Leases that end with the process that holds them, however it ends.

1. A lease is an open file description lock (fcntl(2), F_OFD_SETLK) on one byte of a file: the
   kernel drops it when the process is gone, also by kill -9. No time-out, no heartbeat.
2. The byte is the lease's number, far beyond the end of an empty file: there is nothing to clean
   up, and nothing that can be stale. A number is used once, ever.
3. A lease does not pass to a forked child, which would keep it alive after its holder's death.

The file must be on a local disk, as SQLite's write-ahead log demands anyway, and must not be
removed while anyone uses it.
"""

from __future__ import annotations

import fcntl
import os
import struct
from pathlib import Path
from weakref import WeakSet

# struct flock: l_type, l_whence, l_start, l_len, l_pid (0 for these locks), padding.
FLOCK = struct.Struct("@hhqqi4x")


class Lease:
    """The right to what is marked with `number`, from construction to `close` or death."""

    def __init__(self, path: Path, number: int, mode: int) -> None:
        """Take lease `number`, which nobody else may know yet.

        Args:
            path: the file of leases; made with the permissions `mode` when there is none.
            number: positive, and never used before.
            mode: as for os.open.

        Raises:
            OSError: the file can't be opened.
        """
        self.number = number
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, mode)
        fcntl.fcntl(self.fd, fcntl.F_OFD_SETLK, flock(number))
        HELD.add(self)

    def is_taken(self, number: int) -> bool:
        """Tell whether someone else holds lease `number`."""
        answer = fcntl.fcntl(self.fd, fcntl.F_OFD_GETLK, flock(number))
        return bool(FLOCK.unpack(answer)[0] != fcntl.F_UNLCK)

    def close(self) -> None:
        """Give the lease up. A second call does nothing."""
        HELD.discard(self)
        fd, self.fd = self.fd, -1
        if fd >= 0:
            os.close(fd)


def flock(number: int) -> bytes:
    """Return the exclusive lock of one byte as fcntl(2) takes it."""
    return FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, number, 1, 0)


HELD: WeakSet[Lease] = WeakSet()


def leave_to_parent() -> None:
    """Close what a fork has copied: the parent's descriptor keeps the lock."""
    for lease in list(HELD):
        lease.close()


os.register_at_fork(after_in_child=leave_to_parent)
