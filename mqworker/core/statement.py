"""What an extractor says of an event, and how it is written into it.

1. What the sender wrote is never overwritten; what only says that there is no value ("-",
   "unknown", null) is no value. Two exceptions, for what MozDef puts right: numbers by which auditd
   means "none" (`CORRECTABLE`), and the texts outside of `details` in `REPLACEABLE`.
2. A port is stated beside its own address only.
3. What can't be stored is found before anything is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import orjson

from mqworker.core.addresses import clean_address, read_address
from mqworker.core.correlation.values import canonical

CORRECTABLE: Final = frozenset(
    {
        *("auid", "uid", "gid", "euid", "egid", "suid", "sgid", "fsuid", "fsgid", "ouid", "ogid"),
        *("iuid", "igid", "oauid", "sauid", "pid", "ppid", "opid", "ses", "oses"),
        *("obj_uid", "obj_gid", "inode_uid", "inode_gid", "new_gid"),
    }
)
"""The numeric fields of Linux audit records, the only ones whose values an extractor may change."""

REPLACEABLE: Final = {"hostname": 255, "source": 255, "type": 255}
"""Texts outside of `details` that an extractor may set, and how long each may be, in bytes."""

PORTS: Final = {"sourceport": "sourceipaddress", "destinationport": "destinationipaddress"}
"""Whose port it is."""

_PLAIN: Final = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})

Details = Mapping[str, Any]
"""Names in `details` and their values."""


class Statement(NamedTuple):
    """What an extractor says, where it is more than facts for `details`.

    details: names in `details` and their values; None is nothing.
    corrected: fields in CORRECTABLE and their right values; None removes one.
    fields: names in REPLACEABLE and their texts.
    """

    details: Details
    corrected: Details = _NOTHING
    fields: Mapping[str, str] = _NOTHING


def checked(said: Details | Statement) -> Details | Statement:
    """Return what an extractor says, when it can be written and stored.

    Raises:
        Exception: it can't; extractors of other packages may return anything.
    """
    if not isinstance(said, Statement):
        return _checked_facts(said)
    for name, value in said.corrected.items():
        orjson.dumps(value, option=_PLAIN)
        if name not in CORRECTABLE:
            raise LookupError(name)
    for name, text in said.fields.items():
        if not 0 < len(text.encode()) <= REPLACEABLE[name]:
            raise ValueError(name)
    return said._replace(details=_checked_facts(said.details))


def write(fields: dict[str, Any], said: Details | Statement) -> bool:
    """Write what was checked into an event; return whether it said anything.

    Args:
        fields: a canonical event with clean addresses; they are clean again afterwards.
        said: by one extractor.
    """
    if not isinstance(said, Statement):
        return _state(fields["details"], said)
    _correct(fields["details"], said.corrected)
    fields.update(said.fields)
    return _state(fields["details"], said.details) or bool(said.corrected or said.fields)


def _state(details: dict[str, Any], facts: Details) -> bool:
    if not details.keys().isdisjoint(facts):
        facts = {name: value for name, value in facts.items() if _is_free(name, details, facts)}
    details.update(facts)
    if "sourceipaddress" in facts:
        clean_address(details, "sourceipaddress")
    if "destinationipaddress" in facts:
        clean_address(details, "destinationipaddress")
    return bool(facts)


def is_absent(value: Any) -> bool:
    """Tell whether a sender left a field out, or wrote a word for no value."""
    return value is None or (type(value) is str and canonical(value) is None)


def _is_free(name: str, details: Details, facts: Details) -> bool:
    """Tell whether the sender left a place empty that a fact may take."""
    if not is_absent(details.get(name)):
        return False
    address = PORTS.get(name)
    if address is None or address not in facts or is_absent(details.get(address)):
        return True
    sent, said = read_address(details[address]), read_address(facts[address])
    return sent is not None and said is not None and sent.ip == said.ip


def _correct(details: dict[str, Any], corrected: Details) -> None:
    for name, value in corrected.items():
        if value is None:
            details.pop(name, None)
        elif name in details:
            details[name] = value


def _checked_facts(facts: Details) -> Details:
    try:
        if "".join([*facts, *facts.values()]).isascii():
            return facts
    except TypeError:
        facts = {name: value for name, value in facts.items() if value is not None}
    orjson.dumps(dict(facts), option=_PLAIN)
    return facts
