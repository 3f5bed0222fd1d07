"""Linux audit records: what their numbers mean, and on which host they were written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mqworker.core.extract import Extractor
from mqworker.core.statement import CORRECTABLE, Statement
from mqworker.core.synonyms import UNKNOWN

_UNSET: Final = ("4294967295", 4294967295)
"""(uid_t) -1: nobody has logged in."""

_LONGEST_HOSTNAME = 255


def extract(event: Mapping[str, Any]) -> Statement:
    """Return what an audit record states, and its numbers put right."""
    details = event["details"]
    facts: dict[str, Any] = {}
    corrected: dict[str, Any] = {}
    for name in CORRECTABLE & details.keys():
        value = details[name]
        if value == "(null)":
            corrected[name] = -1
        elif name in ("auid", "ses") and value in _UNSET:
            corrected[name] = "-1"
        elif name == "gid" and type(value) is str and "," in value:
            facts["gidstring"] = value
            corrected[name] = None
    fields = {"type": "auditd"}
    host = details.get("dhost")
    if type(host) is str and 0 < len(host.encode()) <= _LONGEST_HOSTNAME:
        fields["hostname"] = host
        if event["hostname"] not in (UNKNOWN, host):
            facts["relayhostname"] = event["hostname"]
    return Statement(facts, corrected, fields)


EXTRACTOR: Final = Extractor(
    "auditd",
    extract,
    programs=("auditd", "audisp-json", "audispd"),
    categories=("auditd", "audisp-json"),
)
