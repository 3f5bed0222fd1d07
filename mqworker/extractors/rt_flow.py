"""Juniper's firewalls: the sessions that they let through, end or deny.

A line is a row of words; releases since 15.1X49 put two more before the protocol (the types of
the two rules for address translation) and a connection tag behind each flow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

from mqworker.core.extract import Extractor
from mqworker.extractors.forms import IP, is_port, message

_LINE = re.compile(
    r"(?:RT_FLOW: )?%?-?RT_FLOW_SESSION_(?:CREATE|CLOSE|DENY)(?:_LS)?:"
    rf" session (created|denied|closed [^:]{{1,64}}:) ({IP})/([0-9]{{1,5}})->({IP})/([0-9]{{1,5}})"
    r"(?: 0x[0-9a-f]+)? (\S+) (.*)",
    re.ASCII,
)
_DENIED = re.compile(r"([0-9]{1,3})\(([0-9]{1,5})\) (\S+) (\S+) (\S+) (.*)", re.ASCII)
_NO_INTERFACE = ("UNKNOWN", "N/A")
_PLACES_OF_PROTOCOL = (2, 4)


def extract(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a line about a session states."""
    line = _LINE.fullmatch(message(event))
    if line is None:
        return {}
    what, source, sport, destination, dport, service, rest = line.groups()
    facts = {
        "action": what.partition(" ")[0],
        "sourceipaddress": source,
        "destinationipaddress": destination,
        "service": service,
    }
    if is_port(sport) and is_port(dport):
        facts |= {"sourceport": sport, "destinationport": dport}
    if what.startswith("closed "):
        facts["reason"] = what[len("closed ") : -1]
    return facts | (_read_denied(rest) if what == "denied" else _read_session(rest.split(" ")))


def _read_denied(rest: str) -> dict[str, str]:
    found = _DENIED.match(rest)
    if found is None:
        return {}
    protocol, kind, policy, source, destination, more = found.groups()
    facts = {
        "protocol": protocol,
        "protocoltype": kind,
        "policy": policy,
        "sourcezone": source,
        "destinationzone": destination,
    }
    return facts | _read_interface(more.split(" "))


def _read_session(words: list[str]) -> dict[str, str]:
    """Read what follows the service: the translated flow, rules, protocol, policy, zones, ID."""
    rest = words[1:]
    if rest and rest[0].startswith("0x"):
        rest = rest[1:]
    at = next((at for at in _PLACES_OF_PROTOCOL if rest[at : at + 1] and rest[at].isdigit()), 0)
    if not at or len(rest) < at + 5 or not rest[at + 4].isdigit():
        return {}
    protocol, policy, source, destination, session = rest[at : at + 5]
    facts = {
        "sourcenatrule": rest[at // 2 - 1],
        "destinationnatrule": rest[at - 1],
        "protocol": protocol,
        "policy": policy,
        "sourcezone": source,
        "destinationzone": destination,
        "sessionid": session,
    }
    return facts | _read_interface(rest[at + 5 :])


def _read_interface(words: list[str]) -> dict[str, str]:
    """Read the interface, which follows the user and the role: `N/A(N/A) reth10.2`."""
    for word, following in pairwise(words):
        if word.endswith(")") and "(" in word and "." in following:
            return {} if following in _NO_INTERFACE else {"interface": following}
    return {}


EXTRACTOR: Final = Extractor(
    "rt_flow", extract, programs=("rt_flow",), beginnings=("%-RT_FLOW", "RT_FLOW")
)
