from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run

BROKER = ("--broker", "sqlite:///broker.db")
SINK = ("--sink", "sqlite:///sink.db")
PATIENCE_S = 20.0


def events(count: int) -> str:
    return "".join(
        json.dumps({"summary": f"event number{n} \x1b[31m", "category": "syslog"}) + "\n"
        for n in range(count)
    )


@contextmanager
def running(directory: Path, *flags: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "mqworker", "run", *BROKER, *SINK, *flags]
    environ = {name: value for name, value in os.environ.items() if name[:9] != "MQWORKER_"}
    with subprocess.Popen(
        command, cwd=directory, env=environ, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def stop(process: subprocess.Popen[str]) -> tuple[int, str]:
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=PATIENCE_S)
    return process.returncode, log


def found(mqworker: Run, words: str, count: int) -> list[dict[str, object]]:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        result = mqworker("search", *SINK, "--json", "--limit", "1000", words)
        hits = [json.loads(line) for line in result.stdout.splitlines()]
        if len(hits) >= count:
            return hits
        time.sleep(0.1)
    pytest.fail(f"{words} found {len(hits)} times, not {count}")


def test_what_is_published_is_stored_and_found_again(mqworker: Run, tmp_path: Path) -> None:
    with running(tmp_path) as process:
        found(mqworker, "event", 0)
        published = publish_when_possible(mqworker, events(30))
        hits = found(mqworker, "number7", 1)
        status, log = stop(process)

    assert published["confirmed"] == 30
    assert f"{published['run_id']}-8" == hits[0]["_id"]
    assert status == 0
    assert "stored=30" in log
    shown = mqworker("search", *SINK, "number7").stdout
    assert "number7 \\x1b[31m" in shown
    assert "\x1b" not in shown


def test_the_same_run_published_twice_is_stored_once(mqworker: Run, tmp_path: Path) -> None:
    with running(tmp_path, "--processes", "2", "--json") as process:
        for _ in range(2):
            publish_when_possible(mqworker, events(20), "--run-id", "nightly")
        hits = found(mqworker, "event", 20)
        status, log = stop(process)

    assert status == 0
    assert 20 == len(hits) == len(found(mqworker, "event", 20))
    assert all(json.loads(line)["level"] for line in log.splitlines())


def publish_when_possible(mqworker: Run, content: str, *flags: str) -> dict[str, object]:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        result = mqworker("publish", *BROKER, "--json", *flags, "-", stdin=content)
        if result.exit_code == 0:
            summary: dict[str, object] = json.loads(result.stdout)
            return summary
        time.sleep(0.1)
    pytest.fail(result.stderr)


def test_a_worker_that_can_not_be_is_a_configuration_error(mqworker: Run, tmp_path: Path) -> None:
    (tmp_path / "authentication.json").write_text("{")

    one = mqworker("run", *BROKER, *SINK, "--schemas", tmp_path)

    assert one.exit_code == 78
    assert "mqworker: error: " in one.stderr
