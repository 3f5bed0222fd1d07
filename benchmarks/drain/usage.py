"""What processes have used, out of /proc."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import psutil

TICK = os.sysconf("SC_CLK_TCK")


class Used(NamedTuple):
    """Seconds of CPU, user and system; the most memory that was resident, in bytes."""

    cpu_s: float
    peak_bytes: int


def used(pids: Iterable[int]) -> Used:
    """Return what these processes have used; those that are gone count nothing."""
    cpu_s, peak = 0.0, 0
    for pid in pids:
        with suppress(OSError, StopIteration):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            cpu_s += (int(fields[11]) + int(fields[12])) / TICK
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            peak += next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM:"))
    return Used(cpu_s, peak)


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    with suppress(psutil.NoSuchProcess):
        return [pid, *(each.pid for each in psutil.Process(pid).children(recursive=True))]
    return []


def listener(port: int) -> list[int]:
    """Return the process that listens on a TCP port; none where it is not for us to see."""
    with suppress(psutil.AccessDenied):
        for each in psutil.net_connections("tcp"):
            if each.status == psutil.CONN_LISTEN and each.laddr.port == port and each.pid:
                return [each.pid]
    return []
