"""login, of util-linux and of shadow: who logged in on which terminal, from where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mqworker.core.extract import Extractor
from mqworker.extractors.forms import form, message, place, read

# On a failure the name is what was typed; the reason behind it is one of PAM's.
_TYPED = r"FOR (?P<username>.*), [\w ]+"
_FORMS: Final = (
    form(r"LOGIN ON (?P<tty>\S+) BY (?P<username>\S+)(?: FROM (?P<peer>\S+))?", status="succeeded"),
    form(
        r"ROOT LOGIN ON (?P<tty>\S+)(?: FROM (?P<peer>\S+))?", username="root", status="succeeded"
    ),
    form(r"DIALUP AT (?P<tty>\S+) BY (?P<username>\S+)"),
    form(rf"FAILED LOGIN (?:[0-9]+|SESSION) FROM (?P<peer>\S+) {_TYPED}", status="failed"),
    form(rf"TOO MANY LOGIN TRIES \([0-9]+\) FROM (?P<peer>\S+) {_TYPED}", status="failed"),
    form(
        r"(?:FAILED LOGIN|TOO MANY LOGIN TRIES) \([0-9]+\) on '(?P<tty>[^']*)'"
        r"(?: from '(?P<peer>[^']*)')? FOR '(?P<username>.*)'(?:, [\w ]+)?",
        status="failed",
    ),
)
_NOBODY = ("(unknown)", "UNKNOWN", "(null)", "<unknown>")


def extract(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a line of login states."""
    facts = read(_FORMS, message(event)) or {}
    peer = facts.pop("peer", None)
    known = {name: value for name, value in facts.items() if value not in _NOBODY}
    return place(known, None if peer in _NOBODY else peer)


EXTRACTOR: Final = Extractor("login", extract, programs=("login",))
