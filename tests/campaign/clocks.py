"""Wrong clocks for single programs: a few lines of C, preloaded, that add what a file says."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("clock.c")


def build(directory: Path) -> Path | None:
    """Compile the library; None where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    library = directory / "clock.so"
    command = [compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"]
    built = subprocess.run(command, capture_output=True, check=False, timeout=60)
    return library if built.returncode == 0 else None


def set_offset(path: Path, seconds: int) -> None:
    """Have the clock that reads this file so many seconds ahead of the true time, at once."""
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.write(struct.pack("=q", seconds))


def surroundings(library: Path, path: Path) -> dict[str, str]:
    """Return the environment of a program with such a clock."""
    return {"LD_PRELOAD": str(library), "CAMPAIGN_CLOCK": str(path)}
