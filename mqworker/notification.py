"""How a process speaks to its service manager: sd_notify(3), which is a datagram of assignments.

1. Whoever has no service manager speaks to nobody, and need not ask.
2. Nothing here raises or waits for long: what could not be told is for the caller to tell again.

The library of systemd would be a C extension with headers of its own; the protocol is promised to
stay, and is a few lines.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Mapping

from mqworker.core.urls import redact_text

SEND_LIMIT_S = 1.0

Assignments = Mapping[str, object]


def address_of(name: str) -> str:
    r"""Return the socket's address; a name with @ is in the abstract namespace (unix(7)).

    >>> address_of("@supervisor")
    '\x00supervisor'
    """
    return "\0" + name[1:] if name.startswith("@") else name


class Notifier:
    """The way to the service manager, for use by several threads.

    watchdog_s: how often it wants a ping; 0 for never.
    """

    def __init__(self, name: str = "", watchdog_s: float = 0.0) -> None:
        """Speak to the socket `name`, as NOTIFY_SOCKET gives it; to nobody when it is empty."""
        self.name = name
        self.watchdog_s = watchdog_s if name else 0.0
        self.socket: socket.socket | None = None
        self.lock = threading.Lock()

    def tell(self, assignments: Assignments) -> bool:
        """Send assignments, all in one datagram; return False if that has to be done again."""
        if not self.name:
            return True
        text = "\n".join(f"{key}={one_line(value)}" for key, value in assignments.items())
        with self.lock:
            try:
                self.opened().sendto(text.encode(), address_of(self.name))
            except OSError:
                self.close()
                return False
        return True

    def opened(self) -> socket.socket:
        """Return the socket to send from."""
        if self.socket is None:
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self.socket.settimeout(SEND_LIMIT_S)
        return self.socket

    def close(self) -> None:
        """Let go of the socket."""
        if self.socket is not None:
            self.socket.close()
        self.socket = None


def one_line(value: object) -> str:
    """Return a value that can't be taken for two assignments, without secrets."""
    return redact_text(" ".join(str(value).split()))


def service_manager(environ: Mapping[str, str], pid: int | None = None) -> Notifier:
    """Return the way to the service manager that started this process, if one did.

    A watchdog that is meant for another process (WATCHDOG_PID, sd_watchdog_enabled(3)) is not ours.
    """
    for_us = environ.get("WATCHDOG_PID", "") in ("", str(pid or os.getpid()))
    micros = environ.get("WATCHDOG_USEC", "")
    watchdog_s = int(micros) / 1e6 if for_us and micros.isdecimal() else 0.0
    return Notifier(environ.get("NOTIFY_SOCKET", ""), watchdog_s)


def reloading() -> dict[str, object]:
    """Return the assignments that begin a reload; with the time, as Type=notify-reload wants it."""
    return {"RELOADING": 1, "MONOTONIC_USEC": time.monotonic_ns() // 1000}


def lasting(seconds: float) -> dict[str, object]:
    """Return the assignment that asks for so many more seconds to start or stop in."""
    return {"EXTEND_TIMEOUT_USEC": round(seconds * 1e6)}
