"""Runs one program and ends its whole family when the tests end, however they end.

Invariants:
1. When standard input closes (the tests let go, or were killed), every descendant is killed.
2. When the program ends, every descendant that it left behind is killed.
3. SIGTERM is passed on to the program: that is an orderly stop.

Run as a script by `program.Program`; needs Linux.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36  # prctl(2): orphaned descendants become children of this process


def kill_descendants() -> None:
    """Kill children until none is left: what they had started becomes a child in its turn."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    while pids := children.read_text().split():
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.wait()


def main(argv: list[str]) -> int:
    """Run `argv` until it ends or standard input closes."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    program = subprocess.Popen(argv, stdin=subprocess.DEVNULL, start_new_session=True)
    signal.signal(signal.SIGTERM, lambda *_: program.terminate())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ended = os.pidfd_open(program.pid)
    select.select([sys.stdin, ended], [], [])
    status = program.poll()
    kill_descendants()
    return 1 if status else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
