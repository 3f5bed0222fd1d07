"""Finds out whether a Docker engine answers, within a second: a client alone is none."""

from __future__ import annotations

import os
import socket
from contextlib import closing
from functools import cache
from urllib.parse import urlsplit

LIMIT_S = 1
USUAL = "unix:///var/run/docker.sock"


@cache
def engine_answers() -> bool:
    """Ask the engine that DOCKER_HOST names, else the one at the usual place."""
    where = urlsplit(os.environ.get("DOCKER_HOST") or USUAL)
    try:
        if where.scheme == "unix":
            link = socket.socket(socket.AF_UNIX)
            link.settimeout(LIMIT_S)
            with closing(link):
                link.connect(where.path)
                return _pings(link)
        with closing(socket.create_connection((where.hostname, where.port), LIMIT_S)) as link:
            return bool(os.environ.get("DOCKER_TLS_VERIFY")) or _pings(link)
    except OSError:
        return False


def _pings(link: socket.socket) -> bool:
    link.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
    return link.recv(12) in (b"HTTP/1.0 200", b"HTTP/1.1 200")
