"""What is kept of former runs: inputs that reach what others do not, a line of base64 for each.

python -m tests.fuzz.corpus TARGET DIRECTORY...   # keeps what is in these directories
"""

from __future__ import annotations

import sys
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path

KEPT = Path(__file__).parent / "kept"
LARGEST = 400
"""Bytes of an input that is kept, unless it was a finding."""

MOST = 120


def kept(target: str) -> Iterator[bytes]:
    """Give what is kept for a target."""
    file = KEPT / f"{target}.txt"
    if file.exists():
        yield from map(b64decode, file.read_text().split())


def keep(target: str, directories: Iterable[Path]) -> int:
    """Add the small files of directories, and their findings, to what is kept; return how many."""
    files = [file for each in directories for file in sorted(each.rglob("*")) if file.is_file()]
    found = {file.read_bytes() for file in files if file.name.startswith(("crash-", "timeout-"))}
    small = {file.read_bytes() for file in files if 0 < file.stat().st_size <= LARGEST}
    chosen = sorted({*kept(target), *sorted(small, key=len)[-MOST:], *found})
    KEPT.mkdir(exist_ok=True)
    (KEPT / f"{target}.txt").write_text("".join(f"{b64encode(each).decode()}\n" for each in chosen))
    return len(chosen)


if __name__ == "__main__":
    print(keep(sys.argv[1], map(Path, sys.argv[2:])))  # noqa: T201 - a command
