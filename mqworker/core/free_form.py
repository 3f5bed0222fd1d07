"""Names in `details` that Elasticsearch maps as one field of the type `flattened`.

1. What that type can't hold never stays there (Elasticsearch would refuse the document): it moves,
   whole, into an object, as JSON text. The same text in two documents is found by the same search.
"""

from __future__ import annotations

import json
from typing import Any, Final

from mqworker.core.cloudtrail.mapping import FREE_FORM, RAW

_NAMES: Final[list[str]] = [*FREE_FORM]

DEEPEST: Final = 16
"""Levels; the type's default limit is 20."""

LONGEST_PATH: Final = 5000
"""Characters of all names on the way to a value: with the value, which is not longer than
`LONGEST_VALUE`, they have to fit into a term of 32,766 bytes."""

LONGEST_VALUE: Final = 4096
"""Characters; a longer value is stored, but not indexed."""


def clean_free_form(fields: dict[str, Any]) -> None:
    """Make what a canonical event says under these names such that it can be stored.

    Args:
        fields: the event; its `details` are changed.
    """
    details: dict[str, Any] = fields["details"]
    for name in _NAMES:
        if name in details:
            value = details[name]
            if value is not None and not is_storable(value):
                details[name] = {RAW: json.dumps(value)}


def is_storable(value: Any) -> bool:
    """Tell whether a value is an object that the type can hold."""
    if type(value) is not dict:
        return False
    level: list[tuple[Any, int]] = [(value, 0)]
    for _ in range(DEEPEST):
        level = [pair for each in level for pair in inner(*each)]
        if any(length > LONGEST_PATH for _, length in level):
            return False
        level = [each for each in level if type(each[0]) in (dict, list)]
    return not level


def inner(value: Any, length: int) -> list[tuple[Any, int]]:
    """Return what is in an object or array, each with the characters of its path.

    A name that can't be stored makes the path too long.
    """
    if type(value) is list:
        return [(each, length) for each in value]
    return [
        (each, LONGEST_PATH + 1 if "\0" in name else length + 1 + len(name))
        for name, each in value.items()
    ]
