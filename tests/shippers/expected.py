"""What has to come out of Elasticsearch for what shippers sent: a part of each document."""

from __future__ import annotations

from typing import Any

Fields = dict[str, Any]

FAILED = "Failed password for invalid user joe from 203.0.113.9 port 42297 ssh2"
HEADED = f"Nov 23 05:48:44 web1 sshd[1234]: {FAILED}"
AT_44 = "2026-11-23T05:48:44+00:00"
READ_IN_TEXT = {
    "username": "joe",
    "sourceipaddress": "203.0.113.9",
    "sourceport": "42297",
    "authmethod": "password",
    "authstatus": "Failed",
}
JOE: Fields = {"summary": "joe login failed", "category": "authentication", "tags": ["ldap"]}


def sshd(**fields: Any) -> Fields:
    """Return what sshd's line becomes where the program is known."""
    return {"summary": FAILED, "processname": "sshd", "processid": "1234", **fields}


BEAVER: tuple[Fields, ...] = (
    {
        "summary": HEADED,
        "category": "authentication",
        "hostname": "web1.example.com",
        "tags": ["auth", "sshd"],
        "details": READ_IN_TEXT | {"datacenter": ["scl3"], "program": "sshd"},
    },
    {"summary": 'Nov 23 05:48:45 web1 sudo: tab\tand "quote" naïve ☃'},
    JOE | {"details": {"username": "joe", "success": False}},
    {"summary": "not json at all", "category": "app"},
)
FLUENT_BIT: tuple[Fields, ...] = (
    {"summary": HEADED.removesuffix(" port 42297 ssh2")},
    JOE | {"details": {"username": "joe"}},
    {"summary": "second naïve ☃"},
)
HEKA: Fields = {
    "hostname": "web1.example.com",
    "processid": "1234",
    "severity": "6",
    "utctimestamp": AT_44,
    "details": {"sourceport": 42297},
}
LOGSTASH: Fields = {
    "summary": FAILED,
    "category": "syslog",
    "hostname": "web1.example.com",
    "eventsource": "/var/log/auth.log",
    "utctimestamp": "2026-11-23T05:48:44.123000+00:00",
    "tags": ["auth"],
}
SYSLOG: tuple[Fields, ...] = (
    {"summary": ' tab#011and "quote" \\back naïve ☃', "hostname": "web1", "severity": "INFO"},
    {"summary": ' {"summary":"joe login failed","details":{"username":"joe"}}'},
    {
        "summary": FAILED,
        "hostname": "web1.example.com",
        "severity": "CRIT",
        "facility": "auth",
        "utctimestamp": "2026-11-23T03:48:44.123456+00:00",
    },
)
RSYSLOG = (*SYSLOG[:2], SYSLOG[2] | sshd(category="syslog", details=READ_IN_TEXT))
SYSLOG_NG: tuple[Fields, ...] = (
    sshd(hostname="web1.example.com", severity="CRIT", facility="auth", details=READ_IN_TEXT),
    {
        "summary": 'tab\tand "quote" \\back naïve ☃',
        "hostname": "web1",
        "processname": "sudo",
        "processid": "77",
        "severity": "INFO",
        "facility": "authpriv",
    },
    {"summary": '{"summary":"joe login failed"}', "processname": "app", "severity": "NOTICE"},
)
PLAIN_SYSLOG_NG: tuple[Fields, ...] = (
    {"summary": FAILED, "hostname": "web1.example.com", "severity": "CRIT"},
    {"summary": 'tab\tand "quote" \\back naïve ☃', "hostname": "web1", "severity": "INFO"},
    {"summary": '{"summary":"joe login failed"}', "severity": "NOTICE"},
)
VECTOR: tuple[Fields, ...] = (
    {"summary": "first", "hostname": "web1", "eventsource": "/var/log/auth.log"},
    {"summary": "second", "utctimestamp": "2026-11-23T05:48:45+00:00"},
)
