"""sudo: who ran what as whom. `username` is whom, as of su; `originuser` is who.

The caller chooses the working directory and the command; a line in which either looks like
another of sudo's own fields states neither whom nor what.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from mqworker.core.extract import Extractor
from mqworker.extractors.forms import message

_CALL = re.compile(
    r"(\S{1,256}) : (?:([^;=]{1,200}) ; )?(?:HOST=\S+ ; )?TTY=(\S+) ; ((?:CHROOT|PWD|CWD)=.*)",
    re.ASCII,
)
_CONTINUED = re.compile(r"(\S{1,256}) : \(command continued\) .*", re.ASCII)
_USER = " ; USER="
_COMMAND = " ; COMMAND="


def extract(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a line of sudo states."""
    text = message(event)
    if continued := _CONTINUED.fullmatch(text):
        return {"originuser": continued[1]}
    call = _CALL.fullmatch(text)
    if call is None:
        return {}
    caller, status, tty, rest = call.groups()
    facts = {"originuser": caller, "tty": tty, **_read_command(rest)}
    if status:
        facts["status"] = status
    return facts


def _read_command(rest: str) -> dict[str, str]:
    if rest.count(_USER) != 1 or rest.count(_COMMAND) != 1:
        return {}
    about, _, command = rest.partition(_COMMAND)
    where, _, user = about.partition(_USER)
    username = user.partition(" ; ")[0]
    if not username:
        return {}
    return {"username": username, "command": command, "pwd": where.partition("=")[2]}


EXTRACTOR: Final = Extractor("sudo", extract, programs=("sudo", "sudo-i"))
