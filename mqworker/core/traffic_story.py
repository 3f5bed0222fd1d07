"""Two stories of which no single event says all, as programs really log them.

A connection event has the address, an authentication event the session and the user name, and the
event that matters, invalid input, has neither: only what its program had at hand. Their senders
are as they come: one program writes an ID of the connection, the other runs one process for each.

Addresses, hosts' process IDs and people are others than those of the rest of the traffic.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from mqworker.core.traffic_scenes import Scene
from mqworker.core.traffic_shapes import logstash_json, native, rsyslog_template

WEB_HOST: Final = "web3.example.com"
STRANGER: Final = "203.0.113.42"
SESSION: Final = "9f86d081884c7d65"
CONNECTION: Final = "b5bb9d80-1146"
PIDS: Final = {"haproxy": 1146, "shop-login": 1187, "shop": 1190}

SSH_HOST: Final = "db1.example.com"
INTRUDER: Final = "203.0.113.66"
SSH_PID: Final = 41733


class Tale(NamedTuple):
    """Messages that tell one story, and the value to ask for it by."""

    value: str
    bodies: tuple[bytes, ...]


def web_tale(start: datetime) -> Tale:
    """Return a web application's story: three events of three programs, tied by a connection's ID.

    Only the first names the address, only the second the session and the user; the third, invalid
    input, names none of them.

    Args:
        start: the time of its first event (aware).
    """
    connection = web(
        start,
        "haproxy",
        "connection",
        f"connection from {STRANGER}:51544 accepted",
        {"sourceipaddress": STRANGER, "sourceport": 51544, "connectionid": CONNECTION},
    )
    login = web(
        start + timedelta(seconds=2.4),
        "shop-login",
        "authentication",
        "mallory logged in",
        {"connectionid": CONNECTION, "sessionid": SESSION, "username": "mallory", "success": True},
    )
    invalid = web(
        start + timedelta(seconds=97.3),
        "shop",
        "application exception",
        "ValueError: invalid literal for int() with base 10: \"1' OR '1'='1\"",
        {"connectionid": CONNECTION, "uri": "/orders", "exception": "ValueError"},
        "ERROR",
    )
    return Tale(STRANGER, (logstash_json(connection), native(login), native(invalid)))


def web(
    time: datetime,
    program: str,
    category: str,
    summary: str,
    details: dict[str, Any],
    severity: str = "INFO",
) -> Scene:
    """Return an event of the web application."""
    return Scene(
        category, summary, severity, WEB_HOST, program, PIDS[program], time, details, ("shop",)
    )


SSH_LINES: Final = (
    (0.0, "INFO", f"Connection from {INTRUDER} port 4711 on 192.0.2.20 port 22"),
    (0.9, "INFO", f"Invalid user admin from {INTRUDER}"),
    (0.9, "INFO", "input_userauth_request: invalid user admin [preauth]"),
    (2.1, "NOTICE", "pam_unix(sshd:auth): check pass; user unknown"),
    (4.3, "INFO", f"Failed password for invalid user admin from {INTRUDER} port 4711 ssh2"),
    (4.5, "INFO", "Disconnecting: Too many authentication failures [preauth]"),
)
"""Seconds after the first, severity and text, as sshd 7 writes them under one process ID."""


def ssh_tale(start: datetime) -> Tale:
    """Return sshd's story: lines that one process ID ties together; three name no address.

    Args:
        start: the time of its first line (aware).
    """
    bodies = [
        rsyslog_template(ssh(start + timedelta(seconds=after), severity, text))
        for after, severity, text in SSH_LINES
    ]
    return Tale(INTRUDER, tuple(bodies))


def ssh(time: datetime, severity: str, text: str) -> Scene:
    """Return a line of sshd."""
    facility = "authpriv"
    return Scene("syslog", text, severity, SSH_HOST, "sshd", SSH_PID, time, {}, (), facility)


def tales(start: datetime) -> tuple[Tale, ...]:
    """Return every story, each beginning at `start` (aware)."""
    return web_tale(start), ssh_tale(start)
