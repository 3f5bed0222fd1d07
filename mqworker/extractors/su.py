"""su, of util-linux and of shadow: who became whom. `username` is whom, as MozDef has it.

What its PAM modules write is read by `mqworker.extractors.pam`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mqworker.core.extract import Extractor
from mqworker.extractors.forms import form, message, read

# The name to become may be anything that was typed; the caller's is an account's.
_CALLER = r"(?P<originuser>[^\s:]{1,256})"
_FORMS: Final = (
    form(rf"\(to (?P<username>.*)\) {_CALLER} on (?P<tty>\S+)", status="succeeded"),
    form(rf"FAILED SU \(to (?P<username>.*)\) {_CALLER} on (?P<tty>\S+)", status="failed"),
    form(rf"Successful su for (?P<username>.*) by {_CALLER}", status="succeeded"),
    form(rf"FAILED su for (?P<username>.*) by {_CALLER}", status="failed"),
    form(rf"\+ (?P<tty>\S+) {_CALLER}:(?P<username>.*)", status="succeeded"),
    form(rf"- (?P<tty>\S+) {_CALLER}:(?P<username>.*)", status="failed"),
)
_NOBODY = "???"


def extract(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a line of su states."""
    facts = read(_FORMS, message(event)) or {}
    return {name: value for name, value in facts.items() if value != _NOBODY}


EXTRACTOR: Final = Extractor("su", extract, programs=("su", "su-l"))
