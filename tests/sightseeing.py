"""What can be seen of a running worker: by its sockets, its metrics, and the commands."""

from __future__ import annotations

import os
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import orjson
import pytest

from mqworker.core.sight.state import State
from mqworker.sight.client import states
from tests.daemons import PROGRAM, Daemon, await_condition

LIMIT_S = 60.0


def look(directory: Path, count: int) -> list[State]:
    """Return the states of so many workers that are ready, once there are."""

    def found() -> list[State]:
        seen = [state for state in states(directory) if state.ready]
        return seen if len(seen) == count else []

    ready: list[State] = await_condition(found, LIMIT_S)
    return ready


def fetch(port: int, path: str) -> tuple[int, bytes]:
    """Return status and body of what a worker serves."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def await_served(daemon: Daemon) -> None:
    """Wait until a daemon serves metrics."""
    daemon.await_words("metrics at http")


def command(name: str, directory: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """Run `mqworker top` or `tap` on the workers of a directory."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("MQWORKER_")}
    where = ["--config", "/dev/null", "--socket-directory", str(directory)]
    return subprocess.run(
        [str(PROGRAM), name, *where, *flags],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def top(directory: Path) -> dict[str, Any]:
    """Return what `mqworker top --once --json` tells."""
    told: dict[str, Any] = orjson.loads(command("top", directory, "--once", "--json").stdout)
    return told


def promtool(*args: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run promtool; with `CI` set a missing one is a failure, else a skip."""
    program = shutil.which("promtool")
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("promtool is not installed")
    return subprocess.run(
        [str(program), *args], input=text, capture_output=True, text=True, timeout=60, check=False
    )
