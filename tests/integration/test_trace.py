"""From a queue to a story: what a worker correlated, told by `mqworker trace`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mqworker.core.traffic_story import Tale, ssh_tale, web_tale

SINK = ("--sink", "sqlite:///sink.db")
SERVICES = ("--broker", "sqlite:///broker.db", *SINK, "--memory", "sqlite:///memory.db")
PATIENCE_S = 60.0


def mqworker(directory: Path, *args: str, stdin: str = "") -> str:
    """Run a command to its end, and return what it printed."""
    command = [sys.executable, "-m", "mqworker", *args]
    done = subprocess.run(
        command,
        cwd=directory,
        env=environ(),
        input=stdin,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@contextmanager
def running(directory: Path) -> Iterator[None]:
    """Let two workers run."""
    command = [sys.executable, "-m", "mqworker", "run", *SERVICES, "--processes", "2"]
    with (
        (directory / "worker.log").open("wb") as log,
        subprocess.Popen(command, cwd=directory, env=environ(), stderr=log) as process,
    ):
        try:
            yield
        finally:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Let the workers drain; they end with their supervisor in any case."""
    process.terminate()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()


def environ() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name[:9] != "MQWORKER_"}


def whole(events: list[dict[str, Any]], fields: set[str]) -> bool:
    """Tell whether every event has every field, stated or filled in."""
    return all(
        fields == {*one["stated"], *(fill["field"] for fill in one["filled"])} for one in events
    )


def eventually(look: Callable[[], list[dict[str, Any]]], fields: set[str], count: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        events = look()
        if len(events) == count and whole(events, fields):
            return
        if time.monotonic() > deadline:
            pytest.fail(json.dumps(events, indent=1))
        time.sleep(0.2)


@pytest.mark.parametrize(
    ("tell", "fields"),
    [
        (web_tale, {"details.sourceipaddress", "details.sessionid", "details.username"}),
        (ssh_tale, {"details.sourceipaddress", "details.username"}),
    ],
    ids=["web", "ssh"],
)
def test_workers_complete_a_story_whose_events_come_backwards(
    tmp_path: Path, tell: Callable[[datetime], Tale], fields: set[str]
) -> None:
    tale = tell(datetime.now(UTC))

    def look() -> list[dict[str, Any]]:
        told = mqworker(tmp_path, "trace", *SINK, "--json", tale.value)
        events: list[dict[str, Any]] = json.loads(told)["events"]
        return events

    lines = "".join(body.decode().strip() + "\n" for body in reversed(tale.bodies))
    with running(tmp_path):
        mqworker(tmp_path, "setup", *SINK)
        publish(tmp_path, lines)
        eventually(look, fields, len(tale.bodies))

    told = mqworker(tmp_path, "trace", *SINK, "--html", "story.html", tale.value)
    assert told == f"story.html: {len(tale.bodies)} events\n"
    assert "filled ←" in mqworker(tmp_path, "trace", *SINK, tale.value)


def publish(directory: Path, lines: str) -> None:
    """Publish as soon as the workers have made the queue."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            mqworker(directory, "publish", "--broker", "sqlite:///broker.db", "-", stdin=lines)
        except subprocess.CalledProcessError as error:
            if time.monotonic() > deadline:
                pytest.fail(error.stderr)
            time.sleep(0.2)
        else:
            return
