"""Any Python value as JSON that every reader takes: UTF-8, no NaN, no broken surrogates."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

DEEPEST = 20
LARGEST = 2**63


def to_json(event: Mapping[str, Any]) -> bytes:
    """Return an event as JSON in UTF-8, without a newline.

    What JSON has no form for is written as its `str`; what can't be written at all is named.
    """
    try:
        return _dump(event)
    except Exception:  # noqa: BLE001 - the keys and values are the application's: anything may fail
        return _dump(plain(event))


def _dump(value: object) -> bytes:
    text = json.dumps(
        value, ensure_ascii=False, allow_nan=False, default=shown, separators=(",", ":")
    )
    return text.encode("utf-8", "replace")


def plain(value: Any, depth: int = 0) -> Any:
    """Return a copy that JSON can hold, at most `DEEPEST` deep."""
    if value is None or isinstance(value, bool | str) or is_number(value):
        return value
    if depth >= DEEPEST:
        return f"<{type(value).__name__}, too deep>"
    if isinstance(value, Mapping):
        return {shown(key): plain(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner, depth + 1) for inner in value]
    return shown(value)


def is_number(value: object) -> bool:
    """Tell whether JSON has this number: no NaN, no infinity, none that few readers take."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and abs(value) < LARGEST


def shown(value: object) -> str:
    """Return `str` of a value, or what it is when even that fails."""
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - somebody else's __str__
        return f"<{type(value).__name__}>"
