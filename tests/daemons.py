"""mqworker's daemons as people start them: the installed command, in processes of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

PROGRAM = Path(sys.executable).with_name("mqworker")
START_LIMIT_S = 30.0
PID = re.compile(r"\bpid=(\d+)")
FACT = re.compile(r"\b([a-z_]+)=(\d+)")
READY = "role=consume"
READY_EMBEDDED = "sink ready"


class Daemon:
    """One `mqworker run` and its children; `log` holds all that they said."""

    def __init__(
        self, log: Path, *flags: str, command: str = "run", env: Mapping[str, str] | None = None
    ) -> None:
        """Start it, or another command; it dies with the tests, however these end."""
        self.log = log
        tied = ["setpriv", "--pdeathsig", "KILL"]  # which then becomes mqworker, with the same pid
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [*tied, str(PROGRAM), command, "--config", "/dev/null", *flags],
                env={k: v for k, v in os.environ.items() if not k.startswith("MQWORKER_")}
                | dict(env or {}),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    @property
    def lines(self) -> list[str]:
        return self.log.read_text().splitlines()

    @property
    def children(self) -> list[int]:
        """The pids of the workers that it supervises, the oldest first."""
        children = psutil.Process(self.pid).children()
        return [child.pid for child in children if child.status() != psutil.STATUS_ZOMBIE]

    @property
    def resident_bytes(self) -> int:
        return int(psutil.Process(self.pid).memory_info().rss)

    def said(self, words: str) -> list[int]:
        """Return the pid of each line that holds the words."""
        found = [PID.search(line) for line in self.lines if words in line]
        return [int(pid[1]) for pid in found if pid]

    def await_words(self, words: str, times: int = 1, limit_s: float = START_LIMIT_S) -> None:
        """Wait until so many lines hold the words."""
        await_condition(lambda: len(self.said(words)) >= times, limit_s, self.log)

    def totals(self) -> Counter[str]:
        """Return what the processes that ended in good order counted, added up."""
        told = Counter[str]()
        for line in self.lines:
            if "altogether" in line:
                told.update({fact: int(count) for fact, count in FACT.findall(line)})
        return told

    def send(self, number: int) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it by SIGKILL; its children, if any, live on."""
        self.process.kill()
        self.process.wait()

    def wait(self, limit_s: float = START_LIMIT_S) -> int:
        """Wait for its end; return the exit status."""
        return self.process.wait(limit_s)

    def stop(self, limit_s: float = START_LIMIT_S) -> int:
        """End it by SIGTERM; return the exit status."""
        self.process.terminate()
        return self.wait(limit_s)

    def discard(self) -> None:
        """End it and all of its children at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()


def await_condition(found: Callable[[], Any], limit_s: float, log: Path | None = None) -> Any:
    """Return something as soon as it is there; fail with the end of the log when it never is."""
    until = time.monotonic() + limit_s
    while not (last := found()):
        told = log.read_text()[-3000:] if log else ""
        assert time.monotonic() < until, f"not within {limit_s} s\n{told}"
        time.sleep(0.02)
    return last
