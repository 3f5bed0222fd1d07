"""Records to canonical events: MozDef's fields, whatever names and types the sender used.

The tables of names are in `mqworker.core.synonyms`. An event in its final form (a true
`customendpoint`, MozDef's `/custom/` route) keeps its own top-level fields; what every event has
is filled in there too, and made safe.

1. The result depends on what was sent and on the moment, never on the order of keys.
2. Nothing is dropped: what is no field of an event, lost to a synonym or can't be understood is
   kept in `details`. Nothing is invented: what the sender did not say is UNKNOWN or empty.
3. Every field has the one type that the index can hold.
4. The record stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, Final, NamedTuple

from mqworker.core.candidates import Offers, Spared, choose_text, sort_out, text_of
from mqworker.core.details import gather_details, is_same
from mqworker.core.message import Record
from mqworker.core.severity import order_severities
from mqworker.core.synonyms import (
    ADDITIONAL,
    CANONICAL,
    FIELD_OF,
    NESTED,
    TYPE,
    UNKNOWN,
    fold,
    fold_all,
)
from mqworker.core.timestamps import read_time, write_time


class Moment(NamedTuple):
    """When and where records are normalized.

    received: when the message arrived, aware, UTC.
    stamp: the message's AMQP timestamp, aware, UTC.
    hostname: of this worker, for `mozdefhostname`.
    timezone: of times that name none.
    receipt: `received` as an event has it, where it was written already.
    """

    received: datetime
    stamp: datetime | None
    hostname: str
    timezone: tzinfo
    receipt: str = ""


Normalized = tuple[dict[str, Any], datetime | None]
"""A canonical event, and its own time, None when the sender gave none."""

_REQUIRED_TEXTS: Final = (
    *("category", "hostname", "processid", "processname", "severity", "source", "summary"),
)
_OWN: Final = ("receivedtimestamp", "mozdefhostname", "mozdef")
_BLANK: Final = dict.fromkeys(_REQUIRED_TEXTS, UNKNOWN)
_PLAIN: Final[dict[str, Any]] = {
    **_BLANK,
    **dict.fromkeys(("timestamp", "utctimestamp")),
    "tags": [],
    "details": {},
}
"""What a record may hold that is canonical already. Its copies have room for all that an event has,
so that nothing is moved when that is added."""
_NO_SOURCE: Final = (UNKNOWN, "", None)
_SHOWN: Final = 60


def normalize(record: Record, moment: Moment) -> Normalized:
    """Return the canonical event of a record.

    Args:
        record: a JSON object within the limits of `decode`.
        moment: when and where.
    """
    if len(record) <= len(_PLAIN) and (plain := _normalize_plain(record, moment)):
        return plain
    if record.get("customendpoint"):
        return _complete(record, moment)
    return _normalize_any(record, moment)


def _normalize_plain(record: Record, moment: Moment) -> Normalized | None:
    """Return the event of a record that is canonical already, None when it isn't quite.

    The short way for the senders that send most: it gives what `_normalize_any` gives.
    """
    fields = _PLAIN.copy()
    fields.update(record)
    if len(fields) != len(_PLAIN) or not _is_typed(fields):
        return None
    stated: str = fields["timestamp"]
    if stated != record.get("utctimestamp", stated):
        return None
    occurred = read_time(stated, moment.stamp or moment.received, moment.timezone)
    if occurred is None:
        return None
    tags: list[str] = fields["tags"]
    details: dict[str, Any] = fields["details"]
    fields["severity"] = fields["severity"].upper()
    _complement(fields, tags.copy(), details.copy(), occurred, moment)
    return fields, occurred


def _is_typed(fields: dict[str, Any]) -> bool:
    """Tell whether each field of a plain record is of the type that it has in an event."""
    for name in _REQUIRED_TEXTS:
        if type(fields[name]) is not str:
            return False
    tags = fields["tags"]
    if type(fields["timestamp"]) is not str or type(tags) is not list:
        return False
    return type(fields["details"]) is dict and all(type(tag) is str for tag in tags)


def _normalize_any(record: Record, moment: Moment) -> Normalized:
    found, spared = _fold_keys(record)
    lifted = _lift_nested(found)
    offers, rest = sort_out(found, FIELD_OF)
    _settle_offers(found, offers)
    fields, tags, occurred = _read_offers(found, offers, spared, moment)
    if fields["source"] in _NO_SOURCE and found.get("source") != UNKNOWN:
        fields["source"] = text_of(found.get("facility")) or fields["source"]
    fields["severity"] = fields["severity"].upper()
    if lifted:
        spared = [pair for pair in spared if pair[0] not in lifted]
    if "sourceip" in rest and "eventsourceipaddress" not in rest:
        rest["eventsourceipaddress"] = rest.pop("sourceip")
    _forget_own(rest, moment)
    _complement(fields, tags, gather_details(rest, spared), occurred, moment)
    return fields, occurred


def _complete(record: Record, moment: Moment) -> Normalized:
    """Return an event that its sender gave its final form, with what every event has."""
    spared: Spared = []
    offers, rest = sort_out(record, CANONICAL)
    fields, tags, occurred = _read_offers(record, offers, spared, moment)
    _forget_own(rest, moment)
    spared += [(name, rest.pop(name)) for name in (*_OWN, "errors") if name in rest]
    details = gather_details({"details": rest.pop("details", None)}, spared)
    fields = {**rest, **fields}
    kind = fields.get("type", TYPE)
    _complement(fields, tags, details, occurred, moment)
    fields["type"] = kind
    return fields, occurred


def _complement(
    fields: dict[str, Any],
    tags: list[str],
    details: dict[str, Any],
    occurred: datetime | None,
    moment: Moment,
) -> None:
    """Add to an event's texts everything else that every event has."""
    time = write_time(occurred or moment.stamp or moment.received)
    fields["receivedtimestamp"] = moment.receipt or write_time(moment.received)
    fields["utctimestamp"] = time
    fields["timestamp"] = time
    fields["mozdefhostname"] = moment.hostname
    fields["type"] = TYPE
    fields["tags"] = tags
    fields["mozdef"] = {"plugins": []}
    fields["details"] = details


def _fold_keys(record: Record) -> tuple[dict[str, Any], Spared]:
    """Return the values by folded name, and what else was sent under the same names.

    Of `timestamp`, `Timestamp` and `@timestamp` one with a value comes first, then the one that
    is written as it is folded, then by code point.
    """
    found = fold_all(record)
    if len(found) == len(record):
        return found, []
    keys = sorted(record, key=lambda key: (record[key] in (None, ""), key != fold(key), key))
    found, spared = {}, Spared()
    for key in keys:
        name = fold(key)
        if name not in found:
            found[name] = record[key]
        elif record[key] not in (None, "") and not is_same(found[name], record[key]):
            spared.append((name, record[key]))
    return found, spared


def _lift_nested(found: dict[str, Any]) -> list[str]:
    """Name what objects of the Elastic Common Schema hold as if sent flat; return the names."""
    lifted: list[str] = []
    for outer, name in NESTED:
        value = found.get(outer)
        if type(value) is not dict or name in found:
            continue
        for key in name.split(".")[1:]:
            value = value.get(key) if type(value) is dict else None
        if value is not None:
            found[name] = value
            lifted.append(name)
    return lifted


def _settle_offers(found: Mapping[str, Any], offers: Offers) -> None:
    """Apply what precedence by name alone does not say."""
    if len(offers.get("severity", ())) > 1:
        order_severities(found, offers["severity"])
    if found.get("type") == TYPE:  # what `type` will say anyway
        stated = [name for name in offers["category"] if name != "type"]
        if any(found[name] is not None for name in stated):
            offers["category"] = stated


def _read_offers(
    found: Mapping[str, Any], offers: Offers, spared: Spared, moment: Moment
) -> tuple[dict[str, Any], list[str], datetime | None]:
    """Return the fields that hold text, the tags and the event's own time."""
    fields: dict[str, Any] = _BLANK.copy()
    tags: list[str] = []
    occurred: datetime | None = None
    for field, names in offers.items():
        if field == "time":
            occurred = _choose_time(found, names, spared, fields, moment)
        elif field == "tags":
            tags = _read_tags(found, spared)
        elif (text := choose_text(found, names, spared)) is not None:
            fields[field] = text
        elif field == "source" and found[field] is None:
            fields[field] = None  # MozDef's client sends it so
    return fields, tags, occurred


def _choose_time(
    found: Mapping[str, Any],
    names: list[str],
    spared: Spared,
    fields: dict[str, Any],
    moment: Moment,
) -> datetime | None:
    """Return the first time that can be understood; spare those that say something else."""
    base = moment.stamp or moment.received
    best: datetime | None = None
    for name in names:
        value = found[name]
        if value is None or value == "":
            continue
        single = value[0] if type(value) is list and len(value) == 1 else value
        time = read_time(single, base, moment.timezone)
        if time is None and best is None:
            shown = text_of(value) or "an object or an array"
            fields.setdefault("errors", []).append(f"{name} is not a time: {shown[:_SHOWN]}")
        if time is None or (best and time != best) or name in ADDITIONAL:
            spared.append((name, value))
        best = best or time
    return best


def _read_tags(found: Mapping[str, Any], spared: Spared) -> list[str]:
    value = found["tags"]
    if type(value) is not list:
        text = text_of(value)
        if text is None and value is not None:
            spared.append(("tags", value))
        return [text] if text else []
    others = [tag for tag in value if tag is not None and text_of(tag) is None]
    if others:
        spared.append(("tags", others))
    return [text for tag in value if (text := text_of(tag)) is not None]


def _forget_own(found: dict[str, Any], moment: Moment) -> None:
    """Take away what an earlier pass of this same event added: the moment gives the same again."""
    if found.get("receivedtimestamp") == write_time(moment.received):
        del found["receivedtimestamp"]
    if found.get("mozdefhostname") == moment.hostname:
        del found["mozdefhostname"]
    if found.get("mozdef") == {"plugins": []}:
        del found["mozdef"]
