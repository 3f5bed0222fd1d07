"""Names within a record: in lower case, and without dots where Elasticsearch could not take them.

As MozDef's plugins lower_keys and remove_dots do.
"""

from __future__ import annotations

from typing import Any

from mqworker.core.details import keep_all


def lowered(value: Any) -> Any:
    """Return a JSON value with all names in lower case.

    A name that begins or ends with a dot loses all of its dots; what it holds then keeps its own.

    Args:
        value: nested no deeper than Python recurses.
    """
    return _clean(value, dots=True)


def _clean(value: Any, *, dots: bool) -> Any:
    if type(value) is list:
        return [_clean(item, dots=dots) for item in value]
    if type(value) is not dict:
        return value
    found: dict[str, Any] = {}
    contested: list[tuple[str, Any]] = []
    for key, inner in value.items():
        name = key.lower()
        odd = dots and (name[:1] == "." or name[-1:] == ".")
        if odd:
            name = name.replace(".", "")
        cleaned = _clean(inner, dots=dots and not odd)
        if name in found:
            contested.append((name, cleaned))
        else:
            found[name] = cleaned
    keep_all(found, contested)
    return found
