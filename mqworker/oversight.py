"""The supervisor's ear and mouth: workers tell it what they would tell systemd, it tells systemd.

1. Workers speak the same protocol to it, over a socket of its own: a worker need not know whether
   systemd or a supervisor started it. Who speaks, the kernel says (SCM_CREDENTIALS), so that nobody
   else can speak for a worker.
2. READY is told when every worker is ready; a ping only while none of them is overdue. A worker
   that has died is not overdue: it is started again, under backoff.
"""

from __future__ import annotations

import logging
import os
import socket
import struct
import time
from collections.abc import Callable, Collection, Iterator, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field

import orjson

from mqworker.core.rates import ALWAYS, Rates, spell, together
from mqworker.notification import Notifier, lasting, reloading
from mqworker.service import LOOK_S, PINGS, RATES, START_LIMIT_S, STATUS_S

log = logging.getLogger(__name__)

LONGEST = 8192
CREDENTIALS = struct.Struct("3i")
PROGRESS = {"EXTEND_TIMEOUT_USEC", "READY", "RELOADING", "STOPPING", "WATCHDOG"}
"""What tells that a worker gets on; its status tells also that it does not."""

SPOKEN = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


@dataclass(slots=True)
class Member:
    """A worker process: when it last told of progress, and what it said of itself."""

    heard: float
    ready: bool = False
    reloading: bool = False
    overdue: bool = False
    rates: Rates = field(default_factory=dict)


class Oversight:
    """Stands between the workers and the service manager. For use by one thread."""

    def __init__(
        self,
        notifier: Notifier,
        size: int,
        clock: Callable[[], float] = time.monotonic,
        daily: Collection[str] = ALWAYS,
    ) -> None:
        """Speak for `size` workers; for nobody when there is no service manager.

        `daily` are the rates that are told also when they are 0.
        """
        self.notifier = notifier
        self.size = size
        self.clock = clock
        self.daily = daily
        self.members: dict[int, Member] = {}
        self.ear: socket.socket | None = None
        self.ready = False
        self.reloading = False
        self.due = self.status_due = 0.0
        if notifier.name:
            self.ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
            self.ear.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            self.ear.bind("")  # the kernel picks a free name in the abstract namespace

    def introduce(self, environ: MutableMapping[str, str]) -> None:
        """Make the supervisor a new worker's service manager; called in the worker's process."""
        for name in SPOKEN:
            environ.pop(name, None)
        if self.ear is None:
            return
        name = self.ear.getsockname()
        environ["NOTIFY_SOCKET"] = "@" + name[1:].decode()
        if self.notifier.watchdog_s:
            environ["WATCHDOG_USEC"] = str(round(self.notifier.watchdog_s * 1e6 / 2))
            environ["WATCHDOG_PID"] = str(os.getpid())
        self.close()

    def close(self) -> None:
        """Let go of the sockets."""
        if self.ear is not None:
            self.ear.close()
        self.ear = None
        self.notifier.close()

    def started(self, pid: int) -> None:
        """Note that there is a new worker."""
        self.members[pid] = Member(self.clock())

    def ended(self, pid: int) -> None:
        """Note that a worker is gone."""
        self.members.pop(pid, None)

    def reload(self) -> None:
        """Note that the workers have been told to reload."""
        self.reloading = self.ready
        if self.ready:
            for member in self.members.values():
                member.reloading = True
            self.notifier.tell(reloading())

    def stop(self) -> None:
        """Note that the end has begun."""
        self.notifier.tell({"STOPPING": 1, "STATUS": "stopping"})

    def tend(self) -> None:
        """Hear the workers and speak for them, if it is time to."""
        for pid, said in self.hear():
            if pid in self.members:
                self.note(self.members[pid], said)
        now = self.clock()
        if not self.ready:
            self.become_ready()
        if self.reloading and not any(each.reloading for each in self.members.values()):
            self.reloading = not self.notifier.tell({"READY": 1})
        if now >= self.due:
            self.due = now + min(LOOK_S, self.notifier.watchdog_s / PINGS or LOOK_S)
            self.watch(now)
        if now >= self.status_due:
            self.status_due = now + STATUS_S
            self.report()

    def hear(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Give what was said since the last call, and the pid of who said it."""
        if self.ear is None:
            return
        with suppress(BlockingIOError):
            while True:
                data, extra, _, _ = self.ear.recvmsg(LONGEST, socket.CMSG_SPACE(CREDENTIALS.size))
                pairs = (
                    line.partition("=") for line in data.decode("utf-8", "replace").split("\n")
                )
                for level, kind, credentials in extra:
                    if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
                        pid = CREDENTIALS.unpack(credentials[: CREDENTIALS.size])[0]
                        yield pid, {key: value for key, _, value in pairs}

    def note(self, member: Member, said: dict[str, str]) -> None:
        """Note what a worker says of itself."""
        if PROGRESS & said.keys():
            member.heard = self.clock()
        if "RELOADING" in said:
            member.reloading = True
        if "READY" in said:
            member.ready, member.reloading = True, False
        if RATES in said:
            member.rates = orjson.loads(said[RATES])
        if "EXTEND_TIMEOUT_USEC" in said and not self.ready:
            told = {
                "STATUS": f"{self.count_ready()} of {self.size} workers ready; {said['STATUS']}"
            }
            self.notifier.tell(lasting(START_LIMIT_S) | told)

    def become_ready(self) -> None:
        """Tell that all are ready, once they are."""
        if self.count_ready() >= self.size:
            self.ready = self.notifier.tell({"READY": 1, "STATUS": "ready"})

    def count_ready(self) -> int:
        """Return how many workers are ready."""
        return sum(member.ready for member in self.members.values())

    def watch(self, now: float) -> None:
        """Ping unless a worker is overdue."""
        if not self.notifier.watchdog_s:
            return
        for pid, member in self.members.items():
            limit_s = self.notifier.watchdog_s / 2 if member.ready else START_LIMIT_S
            overdue = now - member.heard > limit_s
            if overdue and not member.overdue:
                log.error("worker pid=%d gives no sign of progress", pid)
            member.overdue = overdue
        if not any(member.overdue for member in self.members.values()):
            self.notifier.tell({"WATCHDOG": 1})

    def report(self) -> None:
        """Tell how the workers are."""
        if not self.ready:
            return
        notes = [f"{self.count_ready()} of {self.size} workers ready"]
        stuck = [str(pid) for pid, member in self.members.items() if member.overdue]
        if stuck:
            notes.append(f"stuck: pid {', '.join(stuck)}")
        rates = together(member.rates for member in self.members.values())
        self.notifier.tell({"STATUS": "; ".join([*notes, spell(rates, self.daily)])})


def unwatched() -> Oversight:
    """Return one that speaks to nobody."""
    return Oversight(Notifier(), 0)
