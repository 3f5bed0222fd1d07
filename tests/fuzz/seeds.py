"""What a fuzzer begins with: what shippers sent, the schemas' examples, and broken bodies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import orjson

from mqworker.brokers.fields import write_table
from mqworker.config.schemafiles import read_shipped
from tests.broken_bodies import BROKEN
from tests.fuzz.targets import KINDS, PATHS, PROGRAMS
from tests.unit.core.intake.asking import captured

DATA = Path(__file__).parents[1] / "data"
LARGEST = 20_000
"""Bytes; a fuzzer learns nothing from larger ones."""


def seeds(target: str) -> Iterator[bytes]:
    """Give what to begin with for a target."""
    for seed in SEEDS[target]():
        if len(seed) <= LARGEST:
            yield seed


def bodies() -> Iterator[bytes]:
    """Give bodies: captured, of the schemas' examples, of sample events, and broken ones."""
    yield from (each.body for each in captured())
    yield from (each.body for each in BROKEN)
    for file in sorted(DATA.glob("captures/*/*.json")):
        content = json.loads(file.read_text())
        for each in content if isinstance(content, list) else content.get("requests", []):
            if isinstance(each, dict) and isinstance(each.get("body_text"), str):
                yield each["body_text"].encode()
    for document in read_shipped().values():
        yield from map(orjson.dumps, document.get("examples", ()))
    for row in (DATA / "shipper-events.jsonl").read_text().splitlines():
        yield orjson.dumps(json.loads(row)["input"])


def messages() -> Iterator[bytes]:
    """Give bodies, strict and lenient."""
    for body in bodies():
        yield b"\0\0" + body
        yield b"\0\1" + body


def records() -> Iterator[bytes]:
    """Give choices: any bytes are some."""
    yield from (bytes([11, *range(first, first + 200)]) for first in range(0, 56, 7))


def lines() -> Iterator[bytes]:
    """Give lines of programs."""
    for row in (DATA / "sshd-lines.jsonl").read_text().splitlines():
        yield b"\0" + json.loads(row)["line"].encode()
    for row in (DATA / "sshd-hostile.txt").read_text().splitlines():
        yield b"\0" + row.encode()
    for number, _ in enumerate(PROGRAMS):
        yield from (bytes([number]) + text for text in LINES)


def requests() -> Iterator[bytes]:
    """Give requests: every captured one by its own route, every body by some."""
    for number, body in enumerate(bodies()):
        yield bytes([number % len(PATHS), number % len(KINDS), 0, 0, 0]) + body
        yield bytes([4, 1, 0, 0, 0]) + body
        yield bytes([9, 0, 0, 0, 0]) + body
    yield bytes([9, 2, 0, 0, 0])


def tables() -> Iterator[bytes]:
    """Give tables of headers."""
    yield b""
    for table in TABLES:
        yield write_table(table)[4:]


LINES = (
    b"pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty= ruser= rhost=a",
    b"pam_unix(su:session): session opened for user root(uid=0) by joe(uid=1000)",
    b"joe : TTY=pts/0 ; PWD=/home/joe ; USER=root ; COMMAND=/bin/ls",
    b"(to root) joe on pts/1",
    b"FAILED LOGIN (1) on '/dev/tty1' FOR 'joe', Authentication failure",
    b"RT_FLOW_SESSION_CREATE: session created ::1/1->::2/22 s ::1/1->::2/22 N N 6 p t u 7 N(N) r.2",
    b"5,,,1000000103,em0,match,block,in,4,0x0,,64,1,0,DF,6,tcp,60,192.0.2.1,192.0.2.2,4711,22,0,S",
    b"fail2ban.actions [7]: NOTICE [sshd] Ban 192.0.2.7",
    b"Nov 23 05:48:44 web1 sshd[1234]: Failed password for joe from 192.0.2.7 port 4711 ssh2",
)
TABLES = (
    {"x-mqworker-identity": "a", "x-mqworker-received": "2026-11-23T03:48:44+00:00"},
    {"x-mqworker-count": 1, "x-mqworker-positions": "0-2,7", "x-mqworker-replays": 1},
    {"x-mqworker-exchange": "e", "x-mqworker-routing-key": "r", "x-mqworker-time": "t"},
    {"x-mqworker-failures": [{"position": 1, "x-mqworker-reason": "r"}], "CC": ["a"]},
)
SEEDS = {
    "message": messages,
    "record": records,
    "line": lines,
    "request": requests,
    "headers": tables,
}
