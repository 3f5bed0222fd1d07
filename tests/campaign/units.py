"""Programs kept running as systemd would keep them: Restart=on-failure, exit statuses looked at."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock, Thread

import psutil

from tests.campaign.diary import Diary
from tests.campaign.record import Exit
from tests.daemons import Daemon

RESTART_S = 1.0
STOP_LIMIT_S = 60.0
"""TimeoutStopSec: what has not ended by then is killed."""

END_LIMIT_S = 240.0
NEVER_AGAIN = (2, 78)
"""RestartPreventExitStatus of the units in systemd/: somebody has to look."""

BOTH = "term and kill"

CHILD_ENDED = re.compile(r"worker \d+ ended pid=\d+ status=(-?\d+)")


class Unit:
    """One program; `start_one` starts it with a log of its own.

    orphans: whether children of a killed main process are left alone.
    """

    def __init__(
        self, name: str, start_one: Callable[[Path], Daemon], directory: Path, diary: Diary
    ) -> None:
        self.name, self.start_one, self.directory, self.diary = name, start_one, directory, diary
        self.orphans = False
        self.meant = ""
        self.ending = Event()
        self.lock = Lock()
        self.daemons: list[Daemon] = []
        self.exits: list[Exit] = []
        self.thread = Thread(target=self.keep, name=name, daemon=True)

    def start(self) -> None:
        """Keep it running from now on."""
        self.thread.start()

    def keep(self) -> None:
        """Start it again and again."""
        while not self.ending.is_set():
            with self.lock:
                self.meant = ""
                log = self.directory / f"{self.name}-{len(self.daemons)}.log"
                daemon = self.start_one(log)
                self.daemons.append(daemon)
            began = self.diary.now
            status = daemon.process.wait()
            if not (self.orphans and status == -signal.SIGKILL):
                sweep(daemon.pid)
            self.exits.append(Exit(self.name, status, self.meant))
            self.diary.note(self.name, "ran", began, status=status, meant=self.meant)
            if status in NEVER_AGAIN:
                return
            self.ending.wait(RESTART_S)

    @property
    def running(self) -> Daemon | None:
        """The program, if it runs."""
        with self.lock:
            daemon = self.daemons[-1] if self.daemons else None
        return daemon if daemon and daemon.running else None

    def victim(self, how: str) -> tuple[Daemon, int] | None:
        """Return a process of it: the main one, or a child where there is one."""
        daemon = self.running
        if daemon is None:
            return None
        with suppress(psutil.NoSuchProcess):
            children = daemon.children if how == "child" else []
            return daemon, children[-1] if children else daemon.pid
        return None

    def signal(self, number: int, how: str = "main") -> int:
        """Send a signal to one of its processes; return the pid, 0 if there is none."""
        with self.lock:
            pass  # not while it is being started
        found = self.victim(how)
        if found is None:
            return 0
        daemon, pid = found
        if pid == daemon.pid and number in (signal.SIGKILL, signal.SIGTERM):
            self.mean("kill" if number == signal.SIGKILL else "term")
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        return pid

    def mean(self, deed: str) -> None:
        """Note what is done to the program; of several deeds any may be what ends it."""
        self.meant = deed if self.meant in ("", deed) else BOTH

    def term(self) -> None:
        """Stop it as an administrator would, who does not wait for ever; it is started again."""
        daemon = self.running
        if not self.signal(signal.SIGTERM) or daemon is None:
            return
        until = time.monotonic() + STOP_LIMIT_S
        while daemon.running and time.monotonic() < until:
            time.sleep(0.1)
        if daemon.running:
            self.diary.note(self.name, "killed after TimeoutStopSec")
            self.mean("kill")
            daemon.process.kill()

    def end(self) -> bool:
        """Stop it for good; tell whether it came to its end."""
        self.ending.set()
        self.meant = "end"
        daemon = self.running
        if daemon is not None:
            daemon.process.terminate()
        self.thread.join(END_LIMIT_S)
        return not self.thread.is_alive()

    def discard(self) -> None:
        """Kill everything that is left of it."""
        self.ending.set()
        for daemon in self.daemons:
            sweep(daemon.pid)
            daemon.process.wait()
        self.thread.join(5)

    @property
    def logs(self) -> Iterable[Path]:
        """All that it said."""
        return (daemon.log for daemon in self.daemons)

    def child_exits(self) -> list[Exit]:
        """Return how its children ended, as its supervisor tells."""
        text = "\n".join(log.read_text(errors="replace") for log in self.logs)
        return [
            Exit(f"{self.name} child", int(found), "child") for found in CHILD_ENDED.findall(text)
        ]


def sweep(pid: int) -> None:
    """Kill all processes of a program's session, as KillMode=mixed does after the main one."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
