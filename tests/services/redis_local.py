"""Starts Debian's Redis on this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.services.lifecycle import ServiceMissing
from tests.services.program import Program, free_port
from tests.services.redis import OPTIONS, Redis

HOW_TO_GET = (
    "Redis is missing: apt-get install redis-server (as root), "
    "or name one by MQWORKER_TEST_REDIS_URL"
)


def start_redis(directory: Path, more: Mapping[str, str] | None = None) -> Redis:
    """Start a server of its own on this machine; `directory` holds all of its state.

    more: options in addition to those that all have.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise ServiceMissing(HOW_TO_GET)
    port = free_port()
    place = {"bind": "127.0.0.1", "port": str(port), "dir": str(directory)}
    flags = [
        word
        for name, value in (place | OPTIONS | dict(more or {})).items()
        for word in (f"--{name}", value)
    ]
    lifecycle = Program([program, *flags], {"PATH": os.environ["PATH"]}, directory)
    server = Redis(lifecycle, f"redis://127.0.0.1:{port}/0")
    server.start()
    return server
