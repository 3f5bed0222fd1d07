"""Forms of messages: patterns whose named groups are names in `details`.

1. A form fits a whole message or not at all.
2. No pattern may take more than linear time: no repetition inside a repetition, nothing before
   `.*` that could begin in many places.
3. A port stands beside an address, and is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from mqworker.core.addresses import read_address
from mqworker.core.statement import PORTS

LONGEST: Final = 8192
"""No program here writes a longer line: sshd cuts at 1023 characters, before it escapes them."""

_V4 = r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}"
_V6 = r"[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,41}(?:%[\w.-]{1,16})?"

IP: Final = rf"(?:{_V4}|{_V6}|UNKNOWN)"
"""How programs write an address; UNKNOWN is what sshd writes for a connection that has none."""

FROM: Final = rf"(?P<sourceipaddress>{IP}) port (?P<sourceport>[0-9]{{1,5}})"
FROM_OLD: Final = rf"(?P<sourceipaddress>{IP})(?: port (?P<sourceport>[0-9]{{1,5}}))?"

_REPEATED = re.compile(r"message repeated [0-9]{1,9} times: \[ ?(.*)\]", re.ASCII)
_TTY = re.compile(r"(?:/dev/)?(?:tty|pts/|console)\w{0,16}", re.ASCII)
_HIGHEST_PORT = "65535"


class Form(NamedTuple):
    """A message of one form.

    pattern: of the whole message.
    names: of its groups.
    constant: what every message of the form states besides.
    only: fits what may stand in the message once; twice, somebody made the message ambiguous.
    """

    pattern: re.Pattern[str]
    names: tuple[str, ...]
    constant: Mapping[str, Any]
    only: re.Pattern[str] | None


def form(pattern: str, only: str | None = None, **constant: Any) -> Form:
    """Return a form."""
    compiled = re.compile(pattern, re.ASCII)
    return Form(
        compiled,
        tuple(compiled.groupindex),
        constant,
        None if only is None else re.compile(only, re.ASCII),
    )


def message(event: Mapping[str, Any]) -> str:
    """Return an event's text, "" where it is longer than any that is understood.

    rsyslog's "message repeated 2 times: [ … ]" is the message.
    """
    summary: str = event["summary"]
    if len(summary) > LONGEST:
        return ""
    text = summary.strip()
    if text.startswith("message repeated ") and (repeated := _REPEATED.fullmatch(text)):
        return repeated[1].strip()
    return text


def read(forms: Iterable[Form], text: str) -> dict[str, Any] | None:
    """Return what a message states, None when it has none of the forms."""
    for pattern, names, constant, only in forms:
        found = pattern.fullmatch(text)
        if found is None:
            continue
        if only is not None and len(only.findall(text)) > 1:
            return {}
        facts = {name: value for name, value in zip(names, found.groups(), strict=True) if value}
        if constant:
            facts.update(constant)
        return came_from(facts)
    return None


def came_from(facts: dict[str, Any]) -> dict[str, Any]:
    """Return facts without an address that is none, and without a port that is none."""
    if (
        facts.get("sourceipaddress") != "UNKNOWN"
        and is_port(facts.get("sourceport", ""))
        and "destinationport" not in facts
    ):
        return facts  # nearly always
    for port, address in PORTS.items():
        if facts.get(address) == "UNKNOWN":
            del facts[address]
            facts.pop(port, None)
        elif port in facts and not is_port(facts[port]):
            del facts[port]
    return facts


def is_port(text: str) -> bool:
    """Tell whether digits are a port."""
    return len(text) < len(_HIGHEST_PORT) or (
        len(text) == len(_HIGHEST_PORT) and text <= _HIGHEST_PORT
    )


def place(facts: dict[str, Any], peer: str | None) -> dict[str, Any]:
    """Add where somebody came from to facts: an address, a terminal or the name of a host."""
    if not peer or peer == "UNKNOWN":
        return facts
    if read_address(peer) is not None:
        facts["sourceipaddress"] = peer
    elif _TTY.fullmatch(peer):
        facts.setdefault("tty", peer)
    else:
        facts["source"] = peer
    return facts
