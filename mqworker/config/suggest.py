"""What someone probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

FAMILIAR = {
    "esbulksize": "batch_count",
    "esbulktimeout": "batch_age",
    "esservers": "sink",
    "mqserver": "broker",
    "mqpassword": "broker_password_file",
    "mquser": "broker_username",
    "prefetch_count": "prefetch",
    "taskexchange": "exchange",
}
"""Names that MozDef and other workers have for the same."""


def closest(name: str, names: Iterable[str]) -> str:
    """Return "did you mean …?" with the name most like this one, "" when there is none like it."""
    known = list(names)
    meant = FAMILIAR.get(name)
    if meant not in known:
        near = difflib.get_close_matches(name, known, n=1)
        meant = near[0] if near else None
    return f"did you mean {meant}?" if meant else ""
