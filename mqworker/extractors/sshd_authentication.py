"""How a login by ssh went: "Accepted publickey for joe from 192.0.2.7 port 4711 ssh2: …".

Before the address stands the user name, which the client chose, after it the method's own report,
which it may have chosen in part. Where several places look like the address, only one may be
followed by a report such as the method writes: else neither name nor address is stated.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Any, Final

from mqworker.extractors.forms import IP, came_from

_LOGIN = re.compile(
    r"(Accepted|Failed|Postponed|Partial) (\S{1,64}) for (?:invalid user )?(.*)"
    rf" from ({IP}) port ([0-9]{{1,5}}) ssh2(?:: (.*))?",
    re.ASCII,
)
_BEGINNING = re.compile(r"(Accepted|Failed|Postponed|Partial) (\S{1,64}) for", re.ASCII)
_ADDRESS = re.compile(rf" from ({IP}) port ([0-9]{{1,5}}) ssh2(?=: |$)", re.ASCII)

_KEY = r"[\w@.-]{1,40} [\w:+/=-]{16,256}"
_KEYED = rf": {_KEY}(?: ID .* \(serial [0-9]{{1,20}}\) CA {_KEY})?"
_REPORTS: Final = {
    "publickey": re.compile(rf"(?:{_KEYED})?", re.ASCII),
    "hostbased": re.compile(
        rf"(?:{_KEYED}, client user \".*\", client host \"[^\"]*\")?", re.ASCII
    ),
    "gssapi-with-mic": re.compile(r"(?:: \S+)?", re.ASCII),
    "gssapi-keyex": re.compile(r"(?:: \S+)?", re.ASCII),
}
_NOTHING = re.compile("")
_MOST_PLACES = 8


def authentication(text: str) -> dict[str, Any]:
    """Return what a line about a login states."""
    found = _LOGIN.fullmatch(text)
    if found is None:
        return {}
    if text.count(" ssh2") > 1:
        return _contested(text)
    status, method, username, address, port, report = found.groups()
    return _facts(status, method, username, address, port, report)


def _contested(text: str) -> dict[str, Any]:
    """Return what a line states in which several places look like the client's address."""
    beginning = _BEGINNING.match(text)
    if beginning is None:
        return {}
    status, method = beginning.groups()
    fits = _REPORTS.get(method, _NOTHING).fullmatch
    candidates = list(islice(_ADDRESS.finditer(text, beginning.end()), _MOST_PLACES + 1))
    places = [found for found in candidates if fits(text, found.end())]
    if len(places) != 1 or len(candidates) > _MOST_PLACES:
        return {"authstatus": status, "authmethod": method}
    found = places[0]
    username = text[beginning.end() + 1 : found.start()].removeprefix("invalid user ")
    return _facts(status, method, username, found[1], found[2], text[found.end() + 2 :])


def _facts(
    status: str, method: str, username: str, address: str, port: str, report: str | None
) -> dict[str, Any]:
    facts = {
        "authstatus": status,
        "authmethod": method,
        "sourceipaddress": address,
        "sourceport": port,
    }
    if username:
        facts["username"] = username
    if report and method in ("publickey", "hostbased"):
        _read_key(facts, report)
    return came_from(facts)


def _read_key(facts: dict[str, Any], report: str) -> None:
    kind, _, rest = report.partition(" ")
    fingerprint = rest.partition(" ")[0].rstrip(",")
    if not fingerprint:
        return
    facts["keytype"] = kind
    facts["keyfingerprint"] = fingerprint
    if kind.startswith("RSA"):
        facts["rsakeyfingerprint"] = fingerprint
