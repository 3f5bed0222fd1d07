"""What a call's name says: its verb, and whether it only reads."""

from __future__ import annotations

import re
from typing import Any

from mqworker.core.cloudtrail.mapping import READING_VERBS

_VERB = re.compile(r"[A-Z][^A-Z]*")


def call(name: str) -> dict[str, Any]:
    """Return `eventname` with a capital; `eventverb`, `eventreadonly` where it has a verb."""
    capital = name[:1].upper() + name[1:]
    facts: dict[str, Any] = {"eventname": capital}
    if verb := _VERB.match(capital):
        facts |= {"eventverb": verb[0], "eventreadonly": verb[0] in READING_VERBS}
    return facts
