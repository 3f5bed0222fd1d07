"""Values as correlation compares them: canonical text, or none at all.

1. Text is trimmed; a number is text; anything else is no value.
2. What says that there is no value is none.
3. An IP address has its one canonical form, a program its bare name, and a summary that is a line
   of a syslog file begins after the line's header.
4. Where an event does not name its process, `details` may: shippers that read files put it there,
   or the extractors do.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from mqworker.core.addresses import is_canonical_ipv4, read_address
from mqworker.core.correlation.rules import Path
from mqworker.core.syslog import read_line

NO_VALUE: Final = frozenset({"", "-", "unknown", "null"})
"""In lower case; what shippers and the defaults of the canonical event write for "no value"."""

SPARE: Final = {Path(False, "processname"): "program", Path(False, "processid"): "processid"}
"""By field, the name in `details` that serves where the field says nothing."""

_LONGEST_NO_VALUE: Final = max(map(len, NO_VALUE))
_LONGEST_KNOWN: Final = 128
_PROGRAM: Final = re.compile(r"[^\s\[(:,;]+")

Cleaner = Callable[[object], str | None]


def canonical(value: object) -> str | None:
    """Return a value as it is compared, None when it says nothing."""
    if type(value) is str:
        text = value.strip()
        if len(text) > _LONGEST_NO_VALUE or text.lower() not in NO_VALUE:
            return text
    elif type(value) is int:
        return str(value)
    return None


def canonical_address(value: object) -> str | None:
    """Return an IP address in canonical form; other text as it is."""
    if type(value) is str and len(value) <= _LONGEST_KNOWN:
        return value if is_canonical_ipv4(value) else _known_address(value)
    return _address(value)


def _address(value: object) -> str | None:
    address = read_address(value)
    return canonical(value) if address is None else address.ip


_known_address: Final = lru_cache(maxsize=16_384)(_address)


def canonical_program(value: object) -> str | None:
    """Return a program's bare name: `sshd` of `/usr/sbin/sshd`, `sshd[42]:` and `sshd: joe`."""
    text = canonical(value)
    if text is None or len(text) > _LONGEST_KNOWN:
        return text
    return _bare(text)


@lru_cache(maxsize=4096)
def _bare(text: str) -> str:
    found = _PROGRAM.match(text)
    return (found and found[0].rpartition("/")[2]) or text


def canonical_summary(value: object) -> str | None:
    """Return a summary without the header that a syslog daemon wrote before it."""
    text = canonical(value)
    line = read_line(text, None) if text else None
    return text if line is None else canonical(line.text)


CLEANERS: Final[dict[Path, Cleaner]] = {
    Path(False, "processname"): canonical_program,
    Path(False, "summary"): canonical_summary,
}


def cleaner(where: Path) -> Cleaner:
    """Return what makes the values of a field canonical."""
    if where.name.endswith("ipaddress"):
        return canonical_address
    return CLEANERS.get(where, canonical)


def is_present(value: object) -> bool:
    """Tell whether a field holds something: not false, nothing empty, and no word for no value."""
    return canonical(value) is not None if type(value) is str else bool(value)
