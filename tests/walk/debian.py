"""A bare Debian 12 in a directory of its own, made by debootstrap from this machine's mirror."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

SUITE = "bookworm"
SOURCES = ("sources.list", "sources.list.d/*.list", "sources.list.d/*.sources")
OF_THE_NETWORK = (
    "etc/resolv.conf",
    "etc/hosts",
    "etc/pip.conf",
    "etc/ssl/certs/ca-certificates.crt",
)
VARIABLES = re.compile(r"(?:PIP_|.*_proxy$|.*_PROXY$|SSL_CERT_)")
NO_SERVICES = "#!/bin/sh\nexit 101\n"
YES = 'APT::Get::Assume-Yes "true";\nAPT::Install-Recommends "false";\n'
LIMIT_S = 900
WITHIN = 'mount -t proc proc "$0/proc" && exec chroot "$0" bash -euc "$1"'


@dataclass(frozen=True)
class Debian:
    """A directory with a Debian in it, and a checkout where a newcomer has put it."""

    root: Path
    checkout: str = "/home/newcomer/mqworker"

    def argv(self, script: str) -> list[str]:
        """Return the command that runs a script in it; all that it started ends with it."""
        script = f"cd {self.checkout}\n{script}"
        apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
        return [*apart, "bash", "-euc", WITHIN, str(self.root), script]

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables of somebody who has just logged in, and those of the way out."""
        network = {key: value for key, value in os.environ.items() if VARIABLES.match(key)}
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        own = {
            "PATH": path,
            "HOME": "/root",
            "LANG": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
        }
        return own | network

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a script in it, and return what came of it."""
        return subprocess.run(
            self.argv(script),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )

    @contextmanager
    def terminal(self, script: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
        """Have something run in it, until the end of the block."""
        with log.open("wb") as out:
            process = subprocess.Popen(
                self.argv(script),
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        try:
            yield process
        finally:
            process.kill()  # unshare, and with it the first process of the namespace and all others
            process.wait()


def bootstrap(root: Path) -> Debian:
    """Make a bare Debian that reaches the network as this machine does."""
    demand()
    done = subprocess.run(
        ["debootstrap", "--variant=minbase", "--include=ca-certificates", SUITE, root, mirror()],
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    for name in OF_THE_NETWORK:
        if Path("/", name).exists():
            shutil.copy(Path("/", name), root / name)
    for each in Path("/etc/apt/apt.conf.d").iterdir():
        if "Acquire::" in each.read_text():
            shutil.copy(each, root / "etc/apt/apt.conf.d")
    (root / "etc/apt/apt.conf.d/00yes").write_text(YES)
    policy = root / "usr/sbin/policy-rc.d"
    policy.write_text(NO_SERVICES)
    policy.chmod(0o755)
    return Debian(root)


def demand() -> None:
    """Skip the test where there can be no Debian in a directory."""
    if os.getuid() != 0:
        pytest.skip("only root can make a Debian in a directory")
    if shutil.which("debootstrap") is None:
        pytest.skip("there is no debootstrap")


def mirror() -> str:
    """Return the mirror that this machine's own packages come from."""
    for pattern in SOURCES:
        for path in sorted(Path("/etc/apt").glob(pattern)):
            found = re.search(r"^(?:deb |URIs:).*?(\S+://\S+)", path.read_text(), re.MULTILINE)
            if found:
                return found[1].rstrip("/")
    pytest.skip("this machine has no source of Debian's packages")
