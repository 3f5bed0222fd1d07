"""AWS CloudTrail: the user who called, of records that are sent as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mqworker.core.extract import Extractor

HIDDEN: Final = "HIDDEN_DUE_TO_SECURITY_REASONS"
"""What CloudTrail writes for a name that nobody has: people type passwords there."""


def extract(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the user's name; that of a role which somebody has assumed is not the user's."""
    details = event["details"]
    identity = details["useridentity"]
    if type(identity) is not dict or "eventname" not in details:
        return {}
    name = identity.get("userName", identity.get("username"))
    return {"username": name} if type(name) is str and name not in ("", HIDDEN) else {}


EXTRACTOR: Final = Extractor("cloudtrail", extract, names=("useridentity",))
