"""Who drains: mqworker in several arms, and Telegraf."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from benchmarks.drain.preload import EXCHANGE, QUEUE
from benchmarks.drain.usage import family
from tests.daemons import Daemon

ROOT = Path(__file__).parents[2]
COMPILED = ROOT / "build" / "compiled"
TELEGRAF = ROOT / "build" / "telegraf" / "telegraf"
TELEGRAF_CONFIG = ROOT / "benchmarks" / "telegraf" / "telegraf.conf"
NO_RULES = 'version = 1\nidentity = ["details.username"]\n'


class Running(Protocol):
    """A process that drains. log: the file of what it says."""

    log: Path

    @property
    def pids(self) -> list[int]:
        """Its processes."""

    def end(self) -> None:
        """End it."""


@dataclass(frozen=True, slots=True)
class Arm:
    """A way to run the worker.

    compiled: the copy that `make compiled` makes. processes: how many workers.
    correlate: by the shipped rules, or by none.
    """

    name: str
    compiled: bool = False
    processes: int = 1
    correlate: bool = True
    peer: str = "mqworker"

    def start(self, broker: str, sink: str, state: Path) -> Running:
        """Start it; `state` is an empty directory."""
        if self.peer == "telegraf":
            return Telegraf(broker, sink, state)
        return Mqworker(self, broker, sink, state)

    @property
    def missing(self) -> str:
        """What it lacks to run; "" for nothing."""
        if self.peer == "telegraf" and not TELEGRAF.exists():
            return "no Telegraf: run benchmarks/telegraf/build.sh"
        if self.compiled and not (COMPILED / "mqworker").exists():
            return "no compiled copy: run make compiled"
        return ""


ARMS = {
    arm.name: arm
    for arm in (
        Arm("sources"),
        Arm("compiled", compiled=True),
        Arm("sources-uncorrelated", correlate=False),
        Arm("compiled-uncorrelated", compiled=True, correlate=False),
        Arm("sources-2", processes=2),
        Arm("compiled-2", compiled=True, processes=2),
        Arm("sources-4", processes=4),
        Arm("compiled-4", compiled=True, processes=4),
        Arm("telegraf", peer="telegraf"),
    )
}


class Mqworker:
    """`mqworker run`, as installed or compiled."""

    def __init__(self, arm: Arm, broker: str, sink: str, state: Path) -> None:
        flags = ["--broker", broker, "--sink", sink, "--memory", f"sqlite:///{state}/memory.db"]
        flags += ["--processes", str(arm.processes)]
        if not arm.correlate:
            rules = state / "rules.toml"
            rules.write_text(NO_RULES)
            flags += ["--rules", str(rules)]
        env = {"PYTHONPATH": str(COMPILED)} if arm.compiled else {}
        self.log = state / "log"
        self.daemon = Daemon(self.log, *flags, env=env)

    @property
    def pids(self) -> list[int]:
        """Its processes."""
        return family(self.daemon.pid)

    def end(self) -> None:
        """End it."""
        with suppress(subprocess.TimeoutExpired):
            self.daemon.stop()
        self.daemon.discard()


class Telegraf:
    """Telegraf with the plugins of the race, see benchmarks/telegraf."""

    def __init__(self, broker: str, sink: str, state: Path) -> None:
        place = urlsplit(broker)
        env = {
            "BROKER": broker,
            "BROKER_USER": place.username or "guest",
            "BROKER_PASSWORD": place.password or "guest",
            "SINK": sink,
            "EXCHANGE": EXCHANGE,
            "QUEUE": QUEUE,
        }
        self.log = state / "log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", str(TELEGRAF), "--config", TELEGRAF_CONFIG],
                env=os.environ | env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def pids(self) -> list[int]:
        """Its processes."""
        return family(self.process.pid)

    def end(self) -> None:
        """End it."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
