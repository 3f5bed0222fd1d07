"""Which user a server runs as: Elasticsearch refuses uid 0.

As root it gets another uid in a user namespace, where files stay root's; where the kernel does
not permit that (in many containers), it runs as `nobody`, and its files are given to that user.
"""

from __future__ import annotations

import os
import subprocess
from functools import cache
from pathlib import Path

NOBODY = 65534
_NAMESPACE = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"]
_OTHER_USER = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--"]


@cache
def needs_world_readable() -> bool:
    """Tell whether programs have to run as another user of this machine."""
    if os.getuid() != 0:
        return False
    tried = subprocess.run([*_NAMESPACE, "true"], capture_output=True, check=False)
    return tried.returncode != 0


def not_as_root(argv: list[str]) -> list[str]:
    """Return a command that runs `argv` with an uid other than 0."""
    if os.getuid() != 0:
        return argv
    return [*(_OTHER_USER if needs_world_readable() else _NAMESPACE), *argv]


def hand_over(directory: Path) -> None:
    """Let the user that `not_as_root` chose own `directory` and everything in it."""
    if needs_world_readable():
        for path in (directory, *directory.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
