"""A real browser without a window: Debian's chromium, or what MQWORKER_TEST_BROWSER names."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

QUIET = (
    *("--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--enable-logging=stderr"),
)
TIME_LIMIT_S = 110


class Browser:
    """Opens pages, each time with a profile of its own."""

    def __init__(self, program: str, directory: Path) -> None:
        self.program = program
        self.directory = directory
        self.opened = 0

    def open(self, page: Path, *args: str) -> subprocess.CompletedProcess[str]:
        """Open a page, and return what the browser wrote."""
        self.opened += 1
        profile = self.directory / f"profile{self.opened}"
        # Root has no sandbox; the page is our own, and it is the page that is tried.
        sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
        command = [self.program, *QUIET, *sandbox, f"--user-data-dir={profile}", *args]
        return subprocess.run(
            [*command, page.as_uri()],
            capture_output=True,
            text=True,
            check=True,
            timeout=TIME_LIMIT_S,
            env=os.environ | {"HOME": str(self.directory)},
        )

    def dump(self, page: Path) -> tuple[str, list[str]]:
        """Return a page as the browser understood it, and what it complained of."""
        done = self.open(page, "--dump-dom")
        return done.stdout, [line for line in done.stderr.splitlines() if ":CONSOLE" in line]

    def photograph(self, page: Path, width: int, height: int) -> bytes:
        """Return how a page looks, as PNG."""
        picture = self.directory / f"picture{self.opened}.png"
        self.open(page, f"--screenshot={picture}", f"--window-size={width},{height}")
        return picture.read_bytes()


def find_browser(directory: Path) -> Browser:
    """Return a browser; where there is none the test is skipped, or fails in CI."""
    named = os.environ.get("MQWORKER_TEST_BROWSER", "chromium")
    program = shutil.which(named)
    if program is None:
        missing = f"there is no {named}: install Debian's chromium, or set MQWORKER_TEST_BROWSER"
        if os.environ.get("CI"):
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    return Browser(program, directory)
