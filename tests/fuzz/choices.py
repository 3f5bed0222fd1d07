"""Bytes -> records: what a fuzzer changes in the bytes changes a choice in the record.

Bytes that are read as JSON seldom stay JSON when they are changed; read as choices they always make
a record, of names and values that mean something to the worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from mqworker.core.cloudtrail.mapping import FREE_FORM
from mqworker.core.statement import CORRECTABLE
from mqworker.core.synonyms import FIELD_OF, NESTED

Choice = TypeVar("Choice")

DETAILS = (
    *("sourceipaddress", "destinationipaddress", "sourceipv4address", "sourceipv6address"),
    *("sourceport", "destinationport", "srcip", "src", "dstip", "http_x_forwarded_for"),
    *("sessionid", "connectionid", "requestid", "traceid", "username", "program", "processid"),
    *("actor", "tls", "dhost", "gid", "useridentity", "eventname", "eventid", "targetusername"),
    *("ipaddress", "ipport", "stacktrace", "exception", "success", "method", "message"),
)
KEYS = (
    *FIELD_OF,
    *(outer for outer, _ in NESTED),
    *("details", "fields", "details.a", "fields.a_int", "details.b_float", "sourceip", "a", "A"),
    *("eventsourceipaddress", "message_2", "receivedtimestamp", "mozdef", "mozdefhostname"),
    *("errors", "customendpoint", "_id", "_source", "", ".", "a.b", "__proto__", "constructor"),
    *DETAILS,
    *sorted(FREE_FORM),
    *sorted(CORRECTABLE),
)
WORDS = (
    *("", "-", "UNKNOWN", "null", "(null)", "4294967295", "0", "-1", "1.5", "1e400", "true"),
    *("authentication", "Application Exception", "account lifecycle", "authorization", "auditd"),
    *("sshd", "/usr/sbin/sshd[42]:", "sudo", "su", "login", "rt_flow", "filterlog", "ldap"),
    *("192.0.2.1", "192.0.2.1:443", "[2001:db8::1]:443", "fe80::1%eth0", "::ffff:192.0.2.1"),
    *("2016-07-13T14:33:31Z", "Oct 27 14:01:12", "10/Oct/2000:13:55:36 -0700", "20161328"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:60-14:00", "1478000000000", "warning"),
    *("mail=joe@example.com,o=com", "${jndi:ldap://a/b}", "\x1b[2J\u202e\r\n", "\x1f\x1e\0"),
)


class Choices:
    """Reads choices out of bytes; where these end, every choice is the first."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def number(self, below: int) -> int:
        """Return a number from 0 to `below`, which is at most 256 and excluded."""
        byte = self.data[self.at] if self.at < len(self.data) else 0
        self.at += 1
        return byte % below

    def one(self, choices: Sequence[Choice]) -> Choice:
        """Return one of several, at most 256."""
        return choices[self.number(len(choices))]

    def text(self) -> str:
        """Return some of the bytes as text, of any characters but surrogates."""
        size = self.number(64)
        piece = self.data[self.at : self.at + size]
        self.at += size
        return piece.decode(errors="replace")

    def rest(self) -> bytes:
        """Return the bytes that are left."""
        return self.data[self.at :]

    def scalar(self) -> Any:
        """Return a scalar of JSON, as orjson reads it."""
        match self.number(12):
            case 0:
                return self.one((None, True, False))
            case 1:
                return self.one((0, -1, 2**63 - 1, -(2**63), 2**64 - 1, 1478000000, 20160713))
            case 2:
                return self.one((0.0, -0.0, 1.5, 1e308, 5e-324, 1.478e9, 1.478e18, float(2**70)))
            case 3 | 4 | 5:
                return self.text()
            case _:
                return self.one(WORDS)

    def value(self, levels: int) -> Any:
        """Return any value of JSON, of so many levels at most."""
        kind = self.number(8) if levels else 0
        if kind == 6:
            return [self.value(levels - 1) for _ in range(self.number(5))]
        if kind == 7:
            return self.record(levels - 1)
        return self.scalar()

    def key(self) -> str:
        """Return a name that means something, maybe spelled in another way, or any other."""
        spell = self.one((str, str, str, str.upper, "@{}".format, "{}_2".format))
        return self.text() if self.number(8) == 7 else spell(self.one(KEYS))

    def record(self, levels: int = 3) -> dict[str, Any]:
        """Return an object."""
        return {self.key(): self.value(levels) for _ in range(self.number(12))}
