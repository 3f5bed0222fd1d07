"""Serves the socket of one process, in a thread that the others never wait for.

1. The socket is for this user and root: by its mode, its directory's, and by what the kernel says
   of who connects (SO_PEERCRED, unix(7)).
2. It appears under its name when it is served: it is bound under another one and renamed. One that
   its process left behind refuses connections, and is removed by whoever comes next.
"""

from __future__ import annotations

import logging
import os
import selectors
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from mqworker.core.sight.state import State, written
from mqworker.sight.directory import SUFFIX, opened
from mqworker.sight.guest import Gone, Guest
from mqworker.sight.taps import Taps

log = logging.getLogger(__name__)

GUESTS = 32
"""So many connections at once; the next is closed."""

IDLE_S = 1.0
BUSY_S = 0.1
END_S = 1.0
"""So long the end of the thread is waited for."""

CREDENTIALS = struct.Struct("3i")


class SightServer:
    """Answers questions about this process.

    view: finds out what it is at; called in the thread. taps: those who see events go by.
    """

    def __init__(self, directory: Path, view: Callable[[], State], taps: Taps) -> None:
        """Listen.

        Raises:
            OSError: the socket can't be made.
        """
        self.path = directory / f"{os.getpid()}{SUFFIX}"
        self.view = view
        self.taps = taps
        self.guests: dict[socket.socket, Guest] = {}
        self.ended = False
        self.bell, self.button = socket.socketpair()
        remove_left(directory)
        self.ear = listen(directory, self.path.name)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.ear, selectors.EVENT_READ)
        self.selector.register(self.bell, selectors.EVENT_READ)
        self.thread = threading.Thread(target=self.serve, name="sight", daemon=True)
        self.thread.start()

    def serve(self) -> None:
        """Serve until the end. A defect costs an answer, never the thread."""
        while not self.ended:
            try:
                self.turn()
            except Exception:
                log.exception("a defect of mqworker: a question is not answered")
        self.selector.close()
        for each in (self.ear, self.bell, *self.guests):
            each.close()

    def turn(self) -> None:
        """Do what can be done now."""
        busy = any(guest.waiting for guest in self.guests.values()) or self.taps.any
        for key, _ in self.selector.select(BUSY_S if busy else IDLE_S):
            if key.fileobj is self.ear:
                self.welcome()
            elif key.data is not None:
                self.attend(self.guests[key.data], self.hear)
        self.taps.pass_on()
        now = time.monotonic()
        for guest in list(self.guests.values()):
            self.attend(guest, lambda guest: guest.send(now))

    def welcome(self) -> None:
        """Take a connection, if it is of someone who may ask."""
        try:
            connection, _ = self.ear.accept()
        except OSError:
            return
        if len(self.guests) >= GUESTS or not is_ours(connection):
            connection.close()
            return
        self.guests[connection] = Guest(connection, time.monotonic())
        self.selector.register(connection, selectors.EVENT_READ, connection)

    def attend(self, guest: Guest, do: Callable[[Guest], None]) -> None:
        """Do something for a guest, and see it out when it is gone."""
        try:
            do(guest)
        except (Gone, OSError):
            self.taps.leave(guest)
            self.selector.unregister(guest.connection)
            del self.guests[guest.connection]
            guest.connection.close()

    def hear(self, guest: Guest) -> None:
        """Listen to a guest, and answer."""
        question = guest.hear()
        if question is not None:
            self.answer(guest, question)

    def answer(self, guest: Guest, question: Mapping[str, Any]) -> None:
        """Answer a question."""
        match question.get("ask"):
            case "state":
                guest.say(written(self.view()))
                guest.end()
            case "tap":
                self.taps.join(guest, question)
            case other:
                guest.say({"error": f"what is {other!r}? ask for a state or a tap"})
                guest.end()

    def close(self) -> None:
        """End, and leave no socket behind."""
        with suppress(OSError):
            self.path.unlink()
        self.ended = True
        self.button.close()
        self.thread.join(END_S)


def listen(directory: Path, name: str) -> socket.socket:
    """Return a socket that listens in a directory under a name.

    Raises:
        OSError: it can't be had.
    """
    ear = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    with opened(directory) as way:
        hidden = way / f".{name}"
        hidden.unlink(missing_ok=True)
        ear.bind(str(hidden))
        hidden.chmod(0o600)
        ear.listen(GUESTS)
        hidden.rename(way / name)
    return ear


def remove_left(directory: Path) -> None:
    """Remove the sockets of processes that are gone."""
    with opened(directory) as way:
        for path in [*way.glob(f"*{SUFFIX}"), *way.glob(f".*{SUFFIX}")]:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as trial, suppress(OSError):
                trial.setblocking(False)
                try:
                    trial.connect(str(path))
                except ConnectionRefusedError:
                    if not path.name.startswith(".") or not lives(path):
                        path.unlink()


def lives(path: Path) -> bool:
    """Tell whether the process of a socket that is not served yet is there."""
    number = path.name.strip(".").removesuffix(SUFFIX)
    try:
        os.kill(int(number), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def is_ours(connection: socket.socket) -> bool:
    """Tell whether the other side is of this user, or root."""
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
    _, uid, _ = CREDENTIALS.unpack(told)
    return uid in (0, os.geteuid())
