"""Connects, and lets no fork happen within a look-up.

glibc's getaddrinfo takes locks that a child forked at that moment finds taken for ever. So a fork
waits until a look-up has ended, if that does not take long.
"""

from __future__ import annotations

import os
import socket
import threading

LONGEST_S = 0.2
"""So long a fork waits, at most."""


class LookUps:
    """Keeps look-ups and forks apart."""

    def __init__(self) -> None:
        """Let both happen."""
        self.lock = threading.Lock()
        self.held = False

    def hold(self) -> None:
        """Wait for a look-up to end, and let none begin."""
        self.held = self.lock.acquire(timeout=LONGEST_S)

    def release(self) -> None:
        """Let look-ups go on."""
        if self.held:
            self.held = False
            self.lock.release()

    def renew(self) -> None:
        """Let look-ups go on in a child, whatever its parent's threads held."""
        self.lock, self.held = threading.Lock(), False


LOOK_UPS = LookUps()
os.register_at_fork(
    before=LOOK_UPS.hold, after_in_parent=LOOK_UPS.release, after_in_child=LOOK_UPS.renew
)


def dial(host: str, port: int, timeout_s: float) -> socket.socket:
    """Connect to the first address of a host that answers.

    Raises:
        OSError: there is no such host, or none of its addresses answers.
    """
    with LOOK_UPS.lock:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    error = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in found:
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(timeout_s)
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as failed:
            sock.close()
            error = failed
        else:
            return sock
    raise error
