"""Directories for the state of services: one for each, all gone at the end of the session."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path


class Scratch:
    """Hands out new directories below one."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._numbers = count(1)

    def directory(self, name: str) -> Path:
        """Make a new, empty directory; any user may pass through it, only its owner list it."""
        made = self.root / f"{name}-{next(self._numbers)}"
        made.mkdir(mode=0o711)
        return made


@contextmanager
def scratch_space() -> Iterator[Scratch]:
    """Yield a place for this test session; it is removed afterwards.

    Not below pytest's own: a server may run as another user, who can't enter that.
    """
    root = Path(tempfile.mkdtemp(prefix="mqworker-tests-"))
    root.chmod(0o711)
    try:
        yield Scratch(root)
    finally:
        shutil.rmtree(root, ignore_errors=True)
