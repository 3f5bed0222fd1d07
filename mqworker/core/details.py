"""What becomes of everything that is no canonical field: it is kept in `details`.

1. Nothing is dropped. What the sender wrote into `details` stays as it is; the same name from
   elsewhere is kept beside it as `name_2`, `name_3` …, unless it says the same.
2. The result depends on what was sent, never on the order of keys.
3. A thousand values under one name, spelled in a thousand ways, are each looked at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from math import isfinite
from operator import itemgetter
from typing import Any

import orjson

from mqworker.core.candidates import Spared, text_of
from mqworker.core.synonyms import EXPLICIT

_MESSAGE = "message"
_DOTTED = tuple(f"{name}." for name in EXPLICIT)
_LARGEST_INTEGER = 2**63 - 1
"""Of Elasticsearch's `long`."""


def gather_details(rest: dict[str, Any], spared: Spared) -> dict[str, Any]:
    """Return an event's `details`, a new object.

    In this order: the objects `details` and `fields` (what is no object is its `message`), keys
    such as `details.x`, names that are no field of an event, spared values.

    Args:
        rest: the event's values that are no offer for a field, by folded name; emptied.
        spared: values that lost to others, or are of a type that their field can't hold.
    """
    details: dict[str, Any] = {}
    contested: Spared = []
    for name in EXPLICIT:
        if name in rest:
            _merge_explicit(details, contested, rest.pop(name))
    if any(name.startswith(_DOTTED) for name in rest):
        _merge(details, contested, _take_dotted(rest))
    _merge(details, contested, rest.items())
    _merge(details, contested, spared)
    keep_all(details, sorted(contested, key=itemgetter(0)))
    return details


class Row:
    """The values under a name and its numbers, up to the first number that is free.

    said: these values, as JSON.
    """

    def __init__(self, details: dict[str, Any], name: str) -> None:
        self.details = details
        self.name = name
        self.free = name
        self.number = 1
        self.said: set[bytes] = set()

    def keep(self, value: Any) -> None:
        """Put a value at the end, unless it stands there already."""
        details = self.details
        while self.free in details:
            self.said.add(_said(details[self.free]))
            self.number += 1
            self.free = f"{self.name}_{self.number}"
        if _said(value) not in self.said:
            details[self.free] = value


def keep(details: dict[str, Any], name: str, value: Any) -> None:
    """Put a value into `details` under `name`, or if that is taken under the next free number."""
    if name in details:
        Row(details, name).keep(value)
    else:
        details[name] = value


def keep_all(details: dict[str, Any], pairs: Iterable[tuple[str, Any]]) -> None:
    """Put values into `details`, each as `keep` does."""
    rows: dict[str, Row] = {}
    for name, value in pairs:
        row = rows.get(name)
        if row is None:
            row = rows[name] = Row(details, name)
        row.keep(value)


def _said(value: Any) -> bytes:
    """Return a value as JSON, the same for what is the same (see `is_same`)."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a number that orjson never reads, from somewhere else
        return json.dumps(value, sort_keys=True).encode()


def is_same(one: Any, other: Any) -> bool:
    """Tell whether two values are the same JSON: to Python `1`, `1.0` and `true` are equal."""
    if type(one) is not type(other) or one != other:
        return False
    if type(one) is dict:
        return all(is_same(value, other[key]) for key, value in one.items())
    if type(one) is list:
        return all(map(is_same, one, other))
    return True


def _merge(details: dict[str, Any], contested: Spared, pairs: Iterable[tuple[str, Any]]) -> None:
    for name, value in pairs:
        if name not in details:
            details[name] = value
        else:
            contested.append((name, value))


def _merge_explicit(details: dict[str, Any], contested: Spared, value: Any) -> None:
    if type(value) is not dict:
        if value is not None and value != "":
            _merge(details, contested, [(_MESSAGE, value)])
    elif details:
        _merge(details, contested, value.items())
    else:
        details.update(value)


def _take_dotted(rest: dict[str, Any]) -> Spared:
    pairs: Spared = []
    for prefix in _DOTTED:
        for name in [name for name in rest if name.startswith(prefix) and name != prefix]:
            short = name.removeprefix(prefix)
            pairs.append((short, _convert(short, rest.pop(name))))
    return pairs


def _convert(name: str, value: Any) -> Any:
    """Read a dotted key's value as its name's ending says: `_int`, `_float`, else as text.

    What does not fit stays as it was sent, and so do booleans, objects, arrays and null.
    """
    text = text_of(value)
    if text is None or type(value) in (bool, list):
        return value
    if not name.endswith(("_int", "_float")) or "_" in text:
        return text
    try:
        number = float(text)
        whole = int(text) if name.endswith("_int") else 0
    except ValueError:
        return value
    return (whole if name.endswith("_int") else number) if _is_storable(number) else value


def _is_storable(number: float) -> bool:
    return isfinite(number) and abs(number) <= _LARGEST_INTEGER
