"""Pluggable authentication modules, under whatever program they run.

Their lines begin "pam_unix(sshd:session): ", with the service and what is done. A user name may
be what somebody typed, as may `ruser`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from mqworker.core.addresses import read_address
from mqworker.core.extract import Extractor
from mqworker.extractors.forms import Form, form, message, read

_LINE = re.compile(r"pam_\w{1,32}\(([^():]{1,64}):[a-z]{1,16}\): (.*)", re.ASCII)
_OLD_LINE = re.compile(r"PAM (?=[0-9]{1,4} more |authentication failure)(.*)", re.ASCII)

_FORMS: Final[dict[str, tuple[Form, ...]]] = {
    "session": (
        form(
            r"session (?P<status>opened|closed) for user (?P<username>[^\s(]{1,256})"
            r"(?:\(uid=[^)]{0,32}\))?"
            r"(?: by (?P<originuser>[^\s(]{0,256})\(uid=(?P<uid>[0-9]{0,20})\))?"
        ),
    ),
    "password": (form(r"password changed for (?P<username>\S+)"),),
    "received": (form(r"received for user (?P<username>.*): [0-9]{1,4} \([\w ,.'-]+\)"),),
    "check": (form(r"check pass; user \((?P<username>.*)\) unknown"),),
    "auth": (form(r"auth could not identify password for \[(?P<username>.*)\]"),),
    "requirement": (
        form(r"requirement \"[^\"]*\" (?:not |was )?met by user \"(?P<username>.*)\""),
    ),
    "Consecutive": (
        form(r"Consecutive login failures for user (?P<username>.*) account temporarily locked"),
    ),
    "account": (form(r"account (?P<username>\S+) has expired .*"),),
}
_FAILURE = re.compile(
    r"(?:[0-9]{1,4} more )?authentication failures?;"
    r" logname=(?:\S*) uid=([0-9]*) euid=[0-9]* tty=(\S*) ruser=(.*) rhost=(\S*)"
    r"(?: {1,2}user=(.*))?",
    re.ASCII,
)

CALLERS: Final = ("su", "sudo")
"""Services that one user calls to become another: there `uid` is the caller's."""


def extract(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a line of a PAM module states."""
    text = message(event)
    line = _LINE.fullmatch(text)
    if line is not None:
        service, said = line.groups()
        return _read(said, calls=service.startswith(CALLERS))
    old = _OLD_LINE.fullmatch(text)
    return {} if old is None else _read_failure(old[1], calls=False)


def _read(said: str, *, calls: bool) -> dict[str, Any]:
    forms = _FORMS.get(said.partition(" ")[0])
    if forms is None:
        return _read_failure(said, calls=calls)
    facts = read(forms, said) or {}
    if not calls and "originuser" not in facts:
        facts.pop("uid", None)
    return facts


def _read_failure(said: str, *, calls: bool) -> dict[str, Any]:
    found = _FAILURE.fullmatch(said)
    # A second rhost= or user= was typed by somebody.
    if found is None or said.count(" rhost=") != 1 or said.count(" user=") > 1:
        return {}
    uid, tty, ruser, rhost, user = found.groups()
    facts = {"status": "authentication failure", "tty": tty, "rhost": rhost, "username": user}
    if calls:
        facts |= {"originuser": ruser, "uid": uid}
    if read_address(rhost) is not None:
        facts["sourceipaddress"] = rhost
    return {name: value for name, value in facts.items() if value}


EXTRACTOR: Final = Extractor("pam", extract, beginnings=("pam_", "PAM "))
