"""CloudTrail record -> canonical event, as any shipper could have sent it.

1. The result is a function of the record and the tags: published twice, it is the same twice.
2. Nothing is dropped. What would be too large for an event is kept whole, as JSON text.
3. Addresses are left to the worker: it moves the name of a service out of `sourceipaddress`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from mqworker.core.bounds import Limits, find_many
from mqworker.core.candidates import text_of
from mqworker.core.cloudtrail.caller import caller
from mqworker.core.cloudtrail.calls import call
from mqworker.core.cloudtrail.keys import lowered
from mqworker.core.cloudtrail.mapping import (
    CATEGORY,
    DEEPEST,
    MIXED,
    MOST_KEYS,
    RAW,
    SEVERITY,
    SOURCE,
    TAKEN,
)
from mqworker.core.errors import Refused
from mqworker.core.message import Record, Refusal

SOMEBODY = "somebody"
SOMETHING = "something"
SOMEWHERE = "an unnamed service"

READABLE = Limits(max_depth=100, max_keys=100_000)
"""Far more than CloudTrail's 256 KiB for a record hold."""

_FITTING = Limits(max_depth=DEEPEST, max_keys=MOST_KEYS)


def canonical_event(record: Record, tags: Iterable[str] = ()) -> dict[str, Any]:
    """Return the canonical event of a record.

    Args:
        record: as CloudTrail wrote it.
        tags: what the event is tagged with.

    Raises:
        Refused: it is nested too deep, or names neither a call nor a service.
    """
    if excess := find_many(record, READABLE):
        raise Refused(excess)
    found = lowered(record)
    if "eventname" not in found and "eventsource" not in found:
        raise Refused(Refusal("normalize", "no record of CloudTrail: no eventName, no eventSource"))
    fields = {
        "category": text_of(found.get("eventtype")) or CATEGORY,
        "source": SOURCE,
        "processname": SOURCE,
        "severity": SEVERITY,
        "summary": summary(found),
        "tags": list(tags),
        "details": details(found),
    }
    if hostname := text_of(found.get("eventsource")):
        fields["hostname"] = hostname
    if found.get("eventtime") is not None:
        fields["timestamp"] = found["eventtime"]
    return fields


def summary(found: Record) -> str:
    """Return who did what where, in MozDef's words."""
    who = text_of(found.get("sourceipaddress")) or SOMEBODY
    what = text_of(found.get("eventname")) or SOMETHING
    return f"{who} performed {what} in {text_of(found.get('eventsource')) or SOMEWHERE}"


def details(found: Record) -> dict[str, Any]:
    """Return everything else that a record says, and what follows from it."""
    kept = {name: value for name, value in found.items() if name not in TAKEN}
    if type(found.get("eventname")) is str:
        kept |= call(found["eventname"])
    for name, text in caller(found.get("useridentity")).items():
        kept.setdefault(name, text)
    for path in MIXED:
        wrap_at(kept, path)
    return {name: value if fits(value) else raw(value) for name, value in kept.items()}


def wrap_at(value: Any, path: tuple[str, ...]) -> None:
    """Keep what stands at a path as JSON text, if anything does."""
    *way, last = path
    for name in way:
        if type(value) is not dict:
            return
        value = value.get(name)
    if type(value) is dict and value.get(last) is not None:
        value[last] = raw(value[last])


def raw(value: Any) -> dict[str, str]:
    """Return an object that holds a value as JSON text."""
    return {RAW: json.dumps(value)}


def fits(value: Any) -> bool:
    """Tell whether a value of `details` leaves room for the others."""
    return type(value) not in (dict, list) or find_many({"": value}, _FITTING) is None
