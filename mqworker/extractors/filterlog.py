"""pfSense's packet filter: one row of comma-separated values for each packet.

The columns are those of its manual, "Raw Filter Log Format"; the names are MozDef's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mqworker.core.extract import Extractor
from mqworker.extractors.forms import is_port, message

_RULE = (
    *("rulenumber", "subrulenumber", "anchor", "trackor", "interface", "reason", "action"),
    *("direction", "ipversion"),
)
_IP: Final = {
    "4": ("tos", "ecn", "ttl", "id", "offset", "flags", "protocolid", "protocoltext", "length"),
    "6": ("class", "flow_label", "hoplimit", "protocol", "protocolid", "length"),
}
_PORTS = ("sourceport", "destinationport", "datalength")
_TCP = ("flags", "seqnumber", "acknumber", "window", "urg", "options")
_ECHO = ("type", "id", "sequence")
_PROTOCOLS: Final = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmp"}


def extract(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a row states."""
    row = message(event).split(",")
    columns = _IP.get(row[len(_RULE) - 1]) if len(row) >= len(_RULE) else None
    if columns is None:
        return {}
    facts: dict[str, Any] = dict(zip(_RULE, row, strict=False))
    rest = row[len(_RULE) :]
    if len(rest) < len(columns) + 2:
        return facts
    ip: dict[str, Any] = dict(zip(columns, rest, strict=False))
    facts["ip"] = {"version": int(facts["ipversion"]), **ip}
    facts["sourceipaddress"], facts["destinationipaddress"], *rest = rest[len(columns) :]
    return facts | _read_protocol(_PROTOCOLS.get(ip["protocolid"]), rest)


def _read_protocol(protocol: str | None, rest: list[str]) -> dict[str, Any]:
    if protocol == "icmp":
        return {"icmp": dict(zip(_ECHO, rest, strict=False))} if rest else {}
    if protocol is None or len(rest) < len(_PORTS):
        return {}
    if not all(text.isascii() and text.isdecimal() and is_port(text) for text in rest[:2]):
        return {}
    facts: dict[str, Any] = dict(zip(_PORTS, rest, strict=False))
    if protocol == "tcp" and len(rest) > len(_PORTS):
        facts["tcp"] = dict(zip(_TCP, rest[len(_PORTS) :], strict=False))
    return facts


EXTRACTOR: Final = Extractor(
    "filterlog", extract, programs=("filterlog",), categories=("filterlog",)
)
