"""Opens the SQLite files of the embedded broker and the embedded document store.

1. A file is written to only when it is empty or carries the application ID of its kind, in a
   format that this version knows.
2. What is committed survives a power loss (write-ahead log, `synchronous` FULL: each commit is
   synced) and so also a kill -9, which only needs the operating system to go on.
3. No `sqlite3.Error` leaves the adapters: `explained` turns each into whose fault it is.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mqworker.core.errors import Misconfigured, MqworkerError, Unavailable

PRAGMAS = (
    "PRAGMA synchronous = FULL",
    # Debian's library overwrites what is deleted with zeros, which costs a write of every page.
    "PRAGMA secure_delete = OFF",
    "PRAGMA journal_size_limit = 67108864",
)

FOR_GOOD = {
    sqlite3.SQLITE_NOTADB: "is not an SQLite database",
    sqlite3.SQLITE_CORRUPT: "is a damaged SQLite database: restore it, or move it away",
    sqlite3.SQLITE_READONLY: "can't be written to: check its and its directory's permissions",
    sqlite3.SQLITE_PERM: "can't be accessed: check its permissions",
    sqlite3.SQLITE_CANTOPEN: "can't be opened: check that it is a file, and its permissions",
    sqlite3.SQLITE_ERROR: "does not hold what it should",
    sqlite3.SQLITE_TOOBIG: "can't hold a value of this size",
}
FOR_NOW = {
    sqlite3.SQLITE_BUSY: "is locked by another process",
    sqlite3.SQLITE_LOCKED: "is locked",
    sqlite3.SQLITE_FULL: "can't grow: the disk is full",
    sqlite3.SQLITE_IOERR: "can't be read or written: the disk reports an error",
    sqlite3.SQLITE_NOMEM: "can't be used: out of memory",
}
PASSING = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL}
SCARCE = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EIO,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOLCK,
    errno.ENOMEM,
}


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file.

    kind: what it is called. application_id, version: how it is recognized.
    schema: the statements that make it.
    page_bytes: of the pages of a new file; one that is there keeps its own.
    cache_kib: how much of it a connection keeps in memory, in KiB.
    wal_pages: pages of the write-ahead log after which it is written into the file.
    """

    kind: str
    application_id: int
    version: int
    schema: tuple[str, ...]
    page_bytes: int = 4096
    cache_kib: int = 16_000
    wal_pages: int = 4000


def database_path(url: str) -> Path:
    """Return the file that `sqlite:///relative.db` or `sqlite:////absolute/path.db` names.

    Raises:
        Misconfigured: it names none.
    """
    parts = urlsplit(url)
    name = unquote(parts.path[1:])
    if parts.scheme != "sqlite" or parts.netloc or parts.query or parts.fragment:
        raise Misconfigured(
            f"{url!r} is not of the form sqlite:///relative.db or sqlite:////absolute/path.db"
        )
    if not name or name.endswith("/") or name == ":memory:":
        raise Misconfigured(f"{url!r} names no file")
    return Path(name)


def open_database(
    path: Path, layout: Format, unavailable: type[Unavailable], timeout_s: float
) -> sqlite3.Connection:
    """Open the file, making it first where there is none, in autocommit mode.

    Args:
        path: the file; its directory must exist.
        layout: what the file must be.
        unavailable: the error to raise for what may pass.
        timeout_s: how long each statement waits for another process's lock.

    Raises:
        Misconfigured: it is something else, of a newer format, or out of reach.
        Unavailable: locked for too long, disk full (as the type given).
    """
    with explained(path, unavailable):
        create_file(path)
        # An absolute path: never ":memory:" and never a "file:" URI.
        connection = sqlite3.connect(
            path.absolute(), timeout=timeout_s, isolation_level=None, check_same_thread=False
        )
        try:
            prepare(connection, path, layout, timeout_s)
        except BaseException:
            connection.close()
            raise
    return connection


def create_file(path: Path) -> None:
    """Make an empty file, for its owner alone, unless there is one: events are confidential.

    The files that SQLite puts beside it take over its permissions.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def prepare(connection: sqlite3.Connection, path: Path, layout: Format, timeout_s: float) -> None:
    """Check what the file is, lay it out if it is new, and set the connection up."""
    if is_new(connection):
        connection.execute(f"PRAGMA page_size = {layout.page_bytes}")
        switch_to_wal(connection, timeout_s)
        with transaction(connection):
            # Another process may have been first.
            if is_new(connection):
                lay_out(connection, layout)
    identify(connection, path, layout)
    for pragma in PRAGMAS:
        connection.execute(pragma)
    connection.execute(f"PRAGMA cache_size = -{layout.cache_kib}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {layout.wal_pages}")


def is_new(connection: sqlite3.Connection) -> bool:
    """Tell whether nothing is in the file yet."""
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return not tables and not number(connection, "application_id")


def number(connection: sqlite3.Connection, pragma: str) -> int:
    """Return the value of a pragma that is a number."""
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def switch_to_wal(connection: sqlite3.Connection, timeout_s: float) -> None:
    """Turn the write-ahead log on, which does not wait for locks by itself."""
    until = time.monotonic() + timeout_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if base_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def lay_out(connection: sqlite3.Connection, layout: Format) -> None:
    """Make the tables, and sign the file."""
    for statement in layout.schema:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {layout.application_id}")
    connection.execute(f"PRAGMA user_version = {layout.version}")


def identify(connection: sqlite3.Connection, path: Path, layout: Format) -> None:
    """Refuse a file of another kind or of a newer format."""
    if number(connection, "application_id") != layout.application_id:
        raise Misconfigured(f"{path} is an SQLite database, but no mqworker {layout.kind}")
    version = number(connection, "user_version")
    if version > layout.version:
        raise Misconfigured(
            f"{path} was written by a newer mqworker: it is a {layout.kind} of format {version}, "
            f"and this version reads up to format {layout.version}"
        )


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Hold the write lock for a block: all of it is committed, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite has already rolled back after some errors, a full disk for one.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def explained(path: Path, unavailable: type[Unavailable]) -> Iterator[None]:
    """Raise what SQLite or the operating system reports as `Misconfigured` or `unavailable`."""
    try:
        yield
    except sqlite3.Error as error:
        raise verdict(error, path, unavailable) from error
    except OSError as error:
        blame = unavailable if error.errno in SCARCE else Misconfigured
        raise blame(f"{path}: {error.strerror or error}") from error


def verdict(error: sqlite3.Error, path: Path, unavailable: type[Unavailable]) -> MqworkerError:
    """Return what an SQLite error means: for good, or for now."""
    code = base_code(error)
    if code in FOR_NOW:
        return unavailable(f"{path} {FOR_NOW[code]} ({error})")
    return Misconfigured(f"{path} {FOR_GOOD.get(code, 'can not be used')} ({error})")


def base_code(error: sqlite3.Error) -> int:
    """Return the primary result code (https://www.sqlite.org/rescode.html), 0 if there is none."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def is_passing(error: MqworkerError) -> bool:
    """Tell whether the connection that raised this is sound: locked out, or no room on the disk."""
    cause = error.__cause__
    return isinstance(cause, sqlite3.Error) and base_code(cause) in PASSING
