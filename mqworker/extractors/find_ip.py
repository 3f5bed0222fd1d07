"""fail2ban: the address that it bans. And of sshd's lines of an unknown form, the address.

MozDef took the first word of the line that is an address. That may be one that a stranger typed,
or that of another host; here it has to stand where the program itself wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from mqworker.core.extract import Extractor
from mqworker.extractors.forms import FROM_OLD, IP, form, message, read

_ADDRESS = re.compile(rf"(?<![\w:.%]){IP}", re.ASCII)
_UNKNOWN_FORM = (
    form(rf"[A-Z]?[a-z]{{1,20}}(?: [a-z]{{1,20}}){{0,3}} (?:from|by|with) {FROM_OLD}(?:[ ,:.].*)?"),
)
_BANS = (
    form(
        r"(?:\w{1,16} +)?\[[\w.@-]{1,64}\] (?:(?:Restore |Increase )?(?:Ban|Unban|Found|Ignore)) "
        rf"(?P<sourceipaddress>{IP})(?: .*)?"
    ),
    form(rf"(?:\w{{1,16}} +)?\[[\w.@-]{{1,64}}\] (?P<sourceipaddress>{IP}) already banned"),
)


def find_ip(text: str) -> dict[str, Any]:
    """Return the address of a message of unknown form.

    It is the only one, and stands after a few plain words and "from", "by" or "with".
    """
    facts = read(_UNKNOWN_FORM, text)
    return facts if facts and len(_ADDRESS.findall(text)) == 1 else {}


def extract(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the address that a line of fail2ban is about."""
    return read(_BANS, message(event)) or {}


EXTRACTOR: Final = Extractor(
    "find_ip",
    extract,
    programs=("fail2ban", "fail2ban-server", "fail2ban.actions", "fail2ban.filter"),
)
