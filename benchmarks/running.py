"""Processes of a benchmark: workers, each in one of its own, and a Redis."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import redis

from benchmarks.trial import Trial

READY_S = 10.0


def run_together(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """Run trials at the same time, each in its process; return what each has measured."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.trial", json.dumps(asdict(trial))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for trial in trials
    ]
    for worker in workers:
        assert worker.stdout
        assert worker.stdout.readline() == "ready\n", "a worker failed"
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("\n")
        worker.stdin.flush()
    return [json.loads(worker.communicate()[0]) for worker in workers]


@contextmanager
def redis_server(directory: str) -> Iterator[str]:
    """Run a Redis of our own, as durable as correlation demands; give its URL."""
    port = free_port()
    options = ["--port", port, "--bind", "127.0.0.1", "--dir", directory, "--save", ""]
    durable = ["--appendonly", "yes", "--maxmemory-policy", "noeviction"]
    log = Path(directory, "redis.log")
    server = subprocess.Popen(
        ["redis-server", *map(str, options), *durable, "--logfile", str(log)],
        stdout=subprocess.DEVNULL,
    )
    try:
        await_redis(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait()


def await_redis(port: int) -> None:
    """Wait until Redis answers."""
    until = time.monotonic() + READY_S
    while True:
        try:
            redis.Redis(port=port).ping()
        except redis.ConnectionError:
            assert time.monotonic() < until, "Redis does not start"
            time.sleep(0.05)
        else:
            return


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
