"""Windows' security log: who logged on, and from where.

Only events 4624 and 4625 (a logon succeeded, failed), where TargetUserName is who logs on and
IpAddress the host that it comes from; elsewhere TargetUserName is whom something is done to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mqworker.core.addresses import read_address
from mqworker.core.extract import Extractor
from mqworker.core.statement import is_absent
from mqworker.extractors.forms import is_port

_LOGONS: Final = (4624, 4625, "4624", "4625")


def extract(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return who logged on."""
    details = event["details"]
    if details.get("eventid") not in _LOGONS:
        return {}
    facts: dict[str, Any] = {}
    name, address, port = (details.get(key) for key in ("targetusername", "ipaddress", "ipport"))
    if type(name) is str and not is_absent(name):
        facts["username"] = name
    if read_address(address) is None:
        return facts
    facts["sourceipaddress"] = address
    if type(port) is str and port.isascii() and port.isdecimal() and int(port) and is_port(port):
        facts["sourceport"] = port
    return facts


EXTRACTOR: Final = Extractor("windows", extract, names=("targetusername",))
