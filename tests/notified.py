"""A service manager's end of sd_notify(3): a socket that takes down who said what, and when."""

from __future__ import annotations

import os
import socket
import struct
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.daemons import await_condition

CREDENTIALS = struct.Struct("3i")


@dataclass(frozen=True)
class Said:
    """One datagram: when it came (monotonic), from which process, and its assignments."""

    at: float
    pid: int
    assignments: dict[str, str]


@dataclass
class NotifySocket:
    """Listens at a path, or in the abstract namespace; to be used as a context manager."""

    path: Path | None = None
    said: list[Said] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.ended = threading.Event()
        self.ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.ear.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.ear.bind(str(self.path) if self.path else "")
        self.ear.settimeout(0.1)
        self.thread = threading.Thread(target=self.listen)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()

    @property
    def name(self) -> str:
        """What NOTIFY_SOCKET has to hold."""
        found = self.ear.getsockname()
        return found if isinstance(found, str) else "@" + os.fsdecode(found[1:])

    def listen(self) -> None:
        with closing(self.ear):
            while not self.ended.is_set():
                try:
                    data, extra, _, _ = self.ear.recvmsg(65536, socket.CMSG_SPACE(12))
                except TimeoutError:
                    continue
                pairs = (line.partition("=") for line in data.decode().splitlines())
                pid = CREDENTIALS.unpack(extra[0][2])[0]
                told = {key: value for key, _, value in pairs}
                self.said.append(Said(time.monotonic(), pid, told))

    def values(self, key: str) -> list[str]:
        """Return everything that was assigned to a name, in order."""
        return [each.assignments[key] for each in list(self.said) if key in each.assignments]

    def last(self, key: str) -> float:
        """Return when a name was last assigned to; 0 for never."""
        return max((each.at for each in list(self.said) if key in each.assignments), default=0.0)

    def await_value(self, key: str, words: str = "", limit_s: float = 30.0) -> None:
        """Wait until a name has been assigned a value that holds the words."""
        await_condition(lambda: any(words in each for each in self.values(key)), limit_s)

    def silent_s(self, key: str = "WATCHDOG") -> float:
        """Return how long ago a name was last assigned to."""
        return time.monotonic() - self.last(key)

    def environ(self, watchdog_s: float = 2.0) -> dict[str, str]:
        """Return what systemd would put into the environment."""
        return {"NOTIFY_SOCKET": self.name, "WATCHDOG_USEC": str(round(watchdog_s * 1e6))}
