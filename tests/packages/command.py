"""Commands that have to succeed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIMIT_S = 1500


def run(*argv: str | Path, where: Path = ROOT, **environ: str) -> str:
    """Run a command that has to succeed; return what it printed."""
    done = subprocess.run(
        argv,
        cwd=where,
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
