"""Where workers have their sockets, and where those are looked for.

1. A directory is used only if it belongs to this user and is closed to all others but root: in a
   place that others can write to, somebody else's could be waiting there.
2. A socket's address goes by the open directory: a path of any length will do (an address has
   room for 107 bytes), and what was looked at is what is used.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from mqworker.core.errors import Misconfigured

NONE = Path("none")
"""As the option's value: there shall be no sockets."""

RUN = Path("/run/mqworker")
SUFFIX = ".sock"
LONGEST_NAME = 255
ALONE, OWN = 0o077, 0o022
"""Permissions that others may not have: any; to change what is in it."""


def places(queue: str, environ: Mapping[str, str], uid: int) -> Iterator[Path]:
    """Give the directories of a queue's workers, the one that a new worker uses first.

    Args:
        queue: its name.
        environ: RUNTIME_DIRECTORY (systemd.exec(5)) is taken as it is; XDG_RUNTIME_DIR (XDG Base
            Directory Specification) is shared by all programs of a user.
        uid: the user.
    """
    if given := environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]:
        yield Path(given)
    name = folder_name(queue)
    if (home := environ.get("XDG_RUNTIME_DIR", "")).startswith("/"):
        yield Path(home, "mqworker", name)
    yield Path(tempfile.gettempdir(), f"mqworker-{uid}", name)


def folder_name(queue: str) -> str:
    """Return a queue's name as that of a directory.

    >>> folder_name("audit/eu"), folder_name("..")
    ('audit%2Feu', '%2E%2E')
    """
    name = queue.replace(".", "%2E") if queue in (".", "..") else quote(queue, safe="")
    return name[:LONGEST_NAME]


def own_directory(queue: str, given: Path | None, environ: Mapping[str, str]) -> Path:
    """Return the directory for the socket of this process; it is made where there is none.

    Raises:
        Misconfigured: it can't be made, or others could use it.
    """
    directory = given or next(places(queue, environ, os.geteuid()))
    try:
        directory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Misconfigured(f"{directory} can't be made: {error.strerror}") from error
    if fault := is_unsafe(directory, ALONE):
        raise Misconfigured(f"{directory} can't hold sockets: {fault}")
    if is_planted(directory):
        raise Misconfigured(
            f"{directory.parent} can't hold sockets: others may change what is in it"
        )
    return directory


def is_shared(directory: Path) -> bool:
    """Tell whether anyone may put something into a directory, as into /tmp."""
    return bool(directory.stat().st_mode & stat.S_IWOTH)


def is_unsafe(directory: Path, forbidden: int) -> str:
    """Return why a directory is not safe from others; "" when it is.

    Args:
        directory: it may be anything.
        forbidden: what others may not have permission for, as bits of a file's mode.
    """
    try:
        found = directory.lstat()
    except OSError as error:
        return error.strerror or str(error)
    if not stat.S_ISDIR(found.st_mode):
        return "it is no directory"
    if found.st_uid not in (os.geteuid(), 0):
        return "it belongs to somebody else"
    if found.st_mode & forbidden:
        return "others may use it: chmod 0700"
    return ""


def where_to_look(queue: str, given: Path | None, environ: Mapping[str, str]) -> list[Path]:
    """Return the directories in which the sockets of a queue's workers may be, existing ones.

    One in a place where anyone may make it has to be this user's: its sockets could be anyone's.
    """
    if given is not None:
        return [given]
    found = [RUN / folder_name(queue), *places(queue, environ, os.geteuid())]
    return [each for each in dict.fromkeys(found) if each.is_dir() and not is_planted(each)]


def is_planted(directory: Path) -> bool:
    """Tell whether a directory lies where anyone could have put it, and may be somebody else's."""
    return is_shared(directory.parent.parent) and bool(is_unsafe(directory.parent, OWN))


@contextmanager
def opened(directory: Path) -> Iterator[Path]:
    """Give a path by which a directory is meant, however long its own is, and whatever moves.

    Raises:
        OSError: it can't be opened.
    """
    number = os.open(directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield Path(f"/proc/self/fd/{number}")
    finally:
        os.close(number)
