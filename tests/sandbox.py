"""The sandbox of a unit of systemd, where systemd is not there to make it: bubblewrap and seccomp.

Everything is taken from the unit's own directives, and system calls from systemd's own groups
(systemd-analyze syscall-filter): what the unit says is what is tried. A directive of the sandbox
that is not known here is an error, so that none is left out unnoticed.
"""

from __future__ import annotations

import errno
import mmap
import socket
import stat
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyseccomp as seccomp

ROOT = Path(__file__).parents[1]
UNITS = ROOT / "systemd"

NAMESPACES = 0x7E020000  # CLONE_NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET and NEWNS
SHM_EXEC = 0o100000
LAST_FAMILY = 64

BUBBLEWRAP = {
    "CapabilityBoundingSet": ["--cap-drop", "ALL"],
    "PrivateDevices": ["--dev", "/dev"],
    "PrivateTmp": ["--tmpfs", "/tmp", "--tmpfs", "/var/tmp"],  # noqa: S108 - they are in the sandbox
    "PrivateUsers": ["--unshare-user", "--uid", "990", "--gid", "990"],
    "ProtectControlGroups": ["--unshare-cgroup"],
    "ProtectHome": ["--tmpfs", "/home", "--tmpfs", "/root"],
    "ProtectHostname": ["--unshare-uts"],
    "ProtectProc": ["--unshare-pid", "--proc", "/proc"],
    "RemoveIPC": ["--unshare-ipc"],
}
"""What bubblewrap can do as systemd does."""

ALWAYS = {"NoNewPrivileges", "PrivateMounts", "ProcSubset", "ProtectSystem", "UMask"}
"""What bubblewrap does anyway, or `sandbox` below."""

CALLS = {"SystemCallArchitectures", "SystemCallErrorNumber", "SystemCallFilter"}
"""What is a filter by the system call alone; libseccomp allows native calls only."""

ELSEWHERE = {
    "DevicePolicy",  # a control group's; there are no devices
    "KeyringMode",  # of the login session
    "ProtectClock",  # a capability
    "ProtectKernelLogs",
    "ProtectKernelModules",
    "ProtectKernelTunables",  # all is read-only
    "RestrictRealtime",  # sched_setscheduler is not in the filter's list
}
"""What another of these does as well."""

NO_SANDBOX = ("Exec", "Timeout", "Restart", "Kill", "LoadCredential", "StateDirectory")
NO_SANDBOX += ("Type", "Notify", "Watchdog", "SuccessExit", "User", "Group", "LimitCORE")
NO_SANDBOX += ("Environment", "RuntimeDirectory")


def service(unit: Path) -> dict[str, list[str]]:
    """Return the section [Service] of a unit: for each key its values, in order."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    section = ""
    for line in unit.read_text().splitlines():
        if line.startswith("["):
            section = line
        elif section == "[Service]" and line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found[key].append(value)
    return dict(found)


def sandbox(unit: Path, directory: Path, writable: Iterable[Path]) -> list[str]:
    """Return the command that runs what follows it in the unit's sandbox.

    Args:
        unit: the unit's file.
        directory: where to put the filters.
        writable: directories that may be written to, as StateDirectory= would be.
    """
    told = service(unit)
    known = {*BUBBLEWRAP, *ALWAYS, *CALLS, *FORBIDDEN, *ELSEWHERE}
    strange = [key for key in told if key not in known and not key.startswith(NO_SANDBOX)]
    assert [] == strange
    assert ["strict"] == told["ProtectSystem"]
    flags = ["--die-with-parent", "--new-session", "--ro-bind", "/", "/"]
    for key, some in BUBBLEWRAP.items():
        flags += some if key in told else []
    flags += hidden_kernel(directory) if "ProcSubset" in told else []
    for path in (ROOT, Path(sys.base_prefix)):
        flags += ["--ro-bind", str(path), str(path)]
    for path in writable:
        flags += ["--bind", str(path), str(path)]
    filters = [allowed_calls(told), forbidden_arguments(told)]
    redirected = []
    for number, made in enumerate(filters, 10):
        file = directory / f"filter-{number}.bpf"
        with file.open("wb") as out:
            made.export_bpf(out)
        flags += ["--add-seccomp-fd", str(number)]
        redirected.append(f"{number}<'{file}'")
    script = f'umask {told["UMask"][0]}; exec bwrap "$@" {" ".join(redirected)}'
    return ["bash", "-c", script, "bwrap", *flags, "--"]


def hidden_kernel(directory: Path) -> list[str]:
    """Return how to hide all in /proc that is no process; systemd does it by a mount option."""
    nothing = directory / "nothing"
    nothing.touch()
    flags = []
    for path in Path("/proc").iterdir():
        if not path.name.isdecimal() and not path.is_symlink():
            flags += (
                ["--tmpfs", str(path)] if path.is_dir() else ["--ro-bind", str(nothing), str(path)]
            )
    return flags


def allowed_calls(told: dict[str, list[str]]) -> seccomp.SyscallFilter:
    """Return the filter that SystemCallFilter= stands for: a list, then what is taken from it."""
    calls: set[str] = set()
    for value in told["SystemCallFilter"]:
        groups = value.removeprefix("~").split()
        members = {call for group in groups for call in expand(group)}
        calls = calls - members if value.startswith("~") else calls | members
    made = seccomp.SyscallFilter(seccomp.ERRNO(refusal(told)))
    for call in sorted(calls):
        add(made, seccomp.ALLOW, call)
    return made


def expand(name: str) -> Iterator[str]:
    """Give the system calls of a group, or the one that is named."""
    if not name.startswith("@"):
        yield name
        return
    listed = subprocess.run(
        ["systemd-analyze", "syscall-filter", name], check=True, capture_output=True, text=True
    )
    for line in listed.stdout.splitlines()[1:]:
        member = line.strip()
        if member and not member.startswith("#"):
            yield from expand(member)


def refusal(told: dict[str, list[str]]) -> int:
    return int(getattr(errno, told["SystemCallErrorNumber"][0]))


def forbidden_arguments(told: dict[str, list[str]]) -> seccomp.SyscallFilter:
    """Return the filter of what is refused for its arguments, as systemd's own filters do."""
    made, no = seccomp.SyscallFilter(seccomp.ALLOW), seccomp.ERRNO(errno.EPERM)
    for key, forbidden in FORBIDDEN.items():
        for call, arg in forbidden(told.get(key, [])) if key in told else ():
            add(made, no, call, arg)
    # Its flags lie in memory, where no filter can look: libc falls back to clone.
    add(made, seccomp.ERRNO(errno.ENOSYS), "clone3")
    return made


Rules = Iterator[tuple[str, seccomp.Arg]]


def write_and_execute(_: list[str]) -> Rules:
    both = mmap.PROT_WRITE | mmap.PROT_EXEC
    yield "mmap", masked(2, both, both)
    yield "mprotect", masked(2, mmap.PROT_EXEC, mmap.PROT_EXEC)
    yield "pkey_mprotect", masked(2, mmap.PROT_EXEC, mmap.PROT_EXEC)
    yield "shmat", masked(2, SHM_EXEC, SHM_EXEC)


def namespaces(_: list[str]) -> Rules:
    yield "setns", seccomp.Arg(0, seccomp.GE, 0)
    for bit in (1 << place for place in range(32) if NAMESPACES >> place & 1):
        yield "clone", masked(0, bit, bit)
        yield "unshare", masked(0, bit, bit)


def other_users_bits(_: list[str]) -> Rules:
    for call, place in (("chmod", 1), ("fchmod", 1), ("fchmodat", 2)):
        for bit in (stat.S_ISUID, stat.S_ISGID):
            yield call, masked(place, bit, bit)


def personalities(_: list[str]) -> Rules:
    yield "personality", seccomp.Arg(0, seccomp.NE, 0)


def families(allowed: list[str]) -> Rules:
    names = {getattr(socket, name) for name in allowed[0].split()}
    for family in set(range(LAST_FAMILY)) - names:
        yield "socket", seccomp.Arg(0, seccomp.EQ, family)


FORBIDDEN = {
    "LockPersonality": personalities,
    "MemoryDenyWriteExecute": write_and_execute,
    "RestrictAddressFamilies": families,
    "RestrictNamespaces": namespaces,
    "RestrictSUIDSGID": other_users_bits,
}


def masked(place: int, mask: int, value: int) -> seccomp.Arg:
    return seccomp.Arg(place, seccomp.MASKED_EQ, mask, value)


def add(made: seccomp.SyscallFilter, action: object, call: str, *args: seccomp.Arg) -> None:
    """Add a rule; a call that this architecture does not have needs none."""
    if seccomp.resolve_syscall(seccomp.Arch.NATIVE, call) >= 0:
        made.add_rule(action, call, *args)
