"""Asks running workers what they are at."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import orjson

from mqworker.core.sight.state import State, read
from mqworker.sight.directory import SUFFIX, opened

PATIENCE_S = 2.0
"""How long a worker may take to answer. One that is stopped takes for ever."""

LEAST_S = 0.05
"""So long each is listened to, even when another one has taken all the time."""

PORTION = 256 * 1024


def states(directory: Path, patience_s: float = PATIENCE_S) -> list[State]:
    """Return what the workers with sockets in a directory are at, in the order of their numbers.

    A socket whose process is gone is passed over, and so is one that does not answer in time.

    Args:
        directory: one that is not there has no sockets.
        patience_s: how long they may take together, in seconds.
    """
    until = time.monotonic() + patience_s
    found: list[State] = []
    with ExitStack() as ending:
        asked = []
        for name in names(directory):
            with suppress(OSError):
                connection = ending.enter_context(connected(directory, name, patience_s))
                connection.sendall(orjson.dumps({"ask": "state"}) + b"\n")
                asked.append(connection)
        for connection in asked:
            with suppress(OSError, ValueError):
                connection.settimeout(max(LEAST_S, until - time.monotonic()))
                found += map(read, lines(connection))
    return sorted(found, key=lambda state: (state.worker, state.pid))


def names(directory: Path) -> list[str]:
    """Return the names of the sockets in a directory."""
    try:
        return sorted(
            path.name
            for path in directory.iterdir()
            if path.name.endswith(SUFFIX) and not path.name.startswith(".")
        )
    except OSError:
        return []


def ask(
    directory: Path, name: str, question: Mapping[str, Any], limit_s: float
) -> Iterator[dict[str, Any]]:
    """Ask one worker; give its answers until it closes.

    Args:
        directory: where its socket is.
        name: of the socket.
        question: see `mqworker.sight.guest`.
        limit_s: how long each answer may take, in seconds.

    Raises:
        OSError: nobody serves the socket, or not for us; TimeoutError: no answer in time.
        ValueError: the answer is no JSON.
    """
    with connected(directory, name, limit_s) as connection:
        connection.sendall(orjson.dumps(question) + b"\n")
        yield from lines(connection)


def lines(connection: socket.socket) -> Iterator[dict[str, Any]]:
    """Give what a worker says, line by line, until it closes; see `ask`."""
    rest = b""
    while data := connection.recv(PORTION):
        *complete, rest = (rest + data).split(b"\n")
        yield from map(orjson.loads, complete)


def connected(directory: Path, name: str, limit_s: float) -> socket.socket:
    """Return a connection to a worker's socket.

    Raises:
        OSError: see `ask`.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(limit_s)
        with opened(directory) as way:
            connection.connect(str(way / name))
    except OSError:
        connection.close()
        raise
    return connection
