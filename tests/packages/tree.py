"""A bare Debian in a directory, by debootstrap, from where this machine's own packages come."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.packages.command import run
from tests.packages.debian import need

LIMIT_S = 900
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENTER = """
mount --bind "$0" "$0"
mount -t proc proc "$0/proc"
mount --rbind /dev "$0/dev"
mount -t tmpfs tmpfs "$0/run"
[ -z "$TREE_SYSTEMCTL" ] || {
  mkdir -p "$0/run/systemd/system"
  mount --bind "$0/$TREE_SYSTEMCTL" "$0/bin/systemctl"
}
exec chroot "$0" "$@"
"""
"""Its own mounts, and processes that end with it. TREE_SYSTEMCTL takes the place of systemctl."""


class Tree:
    """A directory that is the root of the commands that run in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def try_to(
        self, *argv: str, user: str = "root", **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in it as one of its users, with a plain environment."""
        plain = {
            "PATH": PATH,
            "HOME": "/tmp",  # noqa: S108 - the tree's
            "LC_ALL": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
        }
        enter = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", ENTER]
        become = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
        return subprocess.run(
            [*enter, str(self.root), *(become if user != "root" else ()), *argv],
            env={**plain, **environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )

    def run(self, *argv: str, user: str = "root", **environ: str) -> str:
        """Run a command in it that has to succeed; return what it printed."""
        done = self.try_to(*argv, user=user, **environ)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def install(self, *packages: str, **environ: str) -> str:
        """Install packages with what they depend on, names or files of it."""
        apt = ["apt-get", "-q", "-o", "Dpkg::Options::=--force-confold", "install", "-y"]
        return self.run(*apt, "--no-install-recommends", *packages, **environ)

    def files(self) -> set[str]:
        """Return all paths in it but those of the package manager and of temporary files."""
        kept = ("var/lib/dpkg/", "var/lib/apt/", "var/cache/", "var/log/", "tmp/", "srv/")
        found = (each.relative_to(self.root).as_posix() for each in self.root.rglob("*"))
        return {name for name in found if not name.startswith(kept)}


def debootstrap(root: Path) -> Tree:
    """Make a tree of this machine's release."""
    if os.getuid() != 0:
        pytest.skip("only root can make a tree")
    need("debootstrap", "unshare", "apt-get")
    targets = ["indextargets", "--format", "$(CODENAME) $(SITE)", "Identifier: Packages"]
    suite, _, mirror = run("apt-get", *targets, "Label: Debian").partition("\n")[0].partition(" ")
    run("debootstrap", "--variant=minbase", suite, str(root), mirror)
    made = Tree(root)
    (root / "etc" / "resolv.conf").write_text(Path("/etc/resolv.conf").read_text())
    made.run("apt-get", "-q", "update")
    return made
