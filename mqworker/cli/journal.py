"""systemd's journal by its native protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/).

A record is one datagram of fields: NAME=value, or for a value with a newline the name, its length
(64 bits, little-endian) and the bytes. What is too large for a datagram goes as a sealed memfd.

1. Nothing here raises: what the journal does not take is for the caller to say elsewhere.
2. No value forges a field: one with a newline is sent with its length.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import re
import socket
import struct
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from mqworker.cli.facts import message_of, named_facts
from mqworker.cli.tracebacks import debugging, traceback_of

SOCKET = "/run/systemd/journal/socket"
IDENTIFIER = "mqworker"
PREFIX = "MQWORKER_"
LONGEST_NAME = 64
"""journald ignores a field with a longer name."""

SEND_LIMIT_S = 2.0
"""How long a journal that does not read may hold a thread up, in seconds."""

TOO_LARGE = {errno.EMSGSIZE, errno.ENOBUFS}
SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE

PRIORITIES = {
    logging.CRITICAL: 2,
    logging.ERROR: 3,
    logging.WARNING: 4,
    logging.INFO: 6,
    logging.DEBUG: 7,
}
"""By syslog(3)."""


def priority_of(level: int) -> int:
    """Return the priority of syslog for a level of logging."""
    return next((found for least, found in PRIORITIES.items() if level >= least), 7)


def is_ours(environ: Mapping[str, str]) -> bool:
    """Tell whether standard error leads into the journal (systemd.exec(5), $JOURNAL_STREAM)."""
    with suppress(OSError, ValueError):
        status = os.fstat(sys.stderr.fileno())
        return environ.get("JOURNAL_STREAM", "") == f"{status.st_dev}:{status.st_ino}"
    return False


def fields_of(record: logging.LogRecord) -> Iterator[tuple[str, str]]:
    """Give the fields of a record (systemd.journal-fields(7)), each fact as MQWORKER_NAME."""
    yield "MESSAGE", message_of(record)
    yield "PRIORITY", str(priority_of(record.levelno))
    yield "SYSLOG_IDENTIFIER", IDENTIFIER
    yield "CODE_FILE", record.pathname
    yield "CODE_LINE", str(record.lineno)
    yield "CODE_FUNC", record.funcName or ""
    yield f"{PREFIX}LOGGER", record.name
    for name, value in named_facts(record).items():
        yield field_name(name), str(value)
    if record.exc_info and record.exc_info[1]:
        yield f"{PREFIX}TRACEBACK", traceback_of(record.exc_info[1], words=debugging())


def field_name(name: str) -> str:
    """Return the journal's name for a fact."""
    return (PREFIX + re.sub(r"[^A-Z0-9_]", "_", name.upper()))[:LONGEST_NAME]


def encode(fields: Iterable[tuple[str, str]]) -> bytes:
    """Return the datagram."""
    parts: list[bytes] = []
    for name, value in fields:
        data = value.encode("utf-8", "replace")
        if b"\n" in data:
            parts += (name.encode(), b"\n", struct.pack("<Q", len(data)), data, b"\n")
        else:
            parts += (name.encode(), b"=", data, b"\n")
    return b"".join(parts)


class JournalHandler(logging.Handler):
    """Logs to the journal; `otherwise` gets what that does not take."""

    def __init__(self, otherwise: logging.Handler, path: str = SOCKET) -> None:
        """Connect to nothing: each datagram is sent to the path."""
        super().__init__()
        self.otherwise = otherwise
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self.socket.settimeout(SEND_LIMIT_S)

    def emit(self, record: logging.LogRecord) -> None:
        """Log a record."""
        try:
            self.send(encode(fields_of(record)))
        except OSError:
            self.otherwise.handle(record)
        except Exception:  # noqa: BLE001 - as the handlers of `logging` do
            self.handleError(record)

    def send(self, datagram: bytes) -> None:
        """Send a datagram, by a file if it is too large for one.

        Raises:
            OSError: the journal does not take it.
        """
        try:
            self.socket.sendto(datagram, self.path)
        except OSError as error:
            if error.errno not in TOO_LARGE:
                raise
            self.send_file(datagram)

    def send_file(self, data: bytes) -> None:
        """Send data as a file in memory, sealed, as journald wants it.

        Raises:
            OSError: the journal does not take it.
        """
        fd = os.memfd_create("journal-entry", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            with open(fd, "wb", closefd=False) as file:
                file.write(data)
            fcntl.fcntl(fd, fcntl.F_ADD_SEALS, SEALS)
            rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("i", fd))
            self.socket.sendmsg([b""], [rights], 0, self.path)
        finally:
            os.close(fd)

    def close(self) -> None:
        """Leave."""
        self.socket.close()
        self.otherwise.close()
        super().close()
