"""Who called, and in which session: read from a record's `userIdentity`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mqworker.core.cloudtrail.mapping import (
    HIDDEN,
    OTHER_USERS,
    ROOT,
    SESSION_CONTEXT,
    SESSIONS,
    USERS,
    Part,
)


def caller(identity: object) -> dict[str, str]:
    """Return `username` and `sessionid`, as far as they are told.

    Args:
        identity: `userIdentity` with names in lower case; what is no object tells nothing.
    """
    if not isinstance(identity, Mapping):
        return {}
    facts = {"username": user_of(identity), "sessionid": session_of(identity)}
    return {name: text for name, text in facts.items() if text}


def user_of(identity: Mapping[str, Any]) -> str:
    """Return the name of the user, "" when it is not told."""
    kind = str(identity.get("type", "")).lower()
    return ROOT if kind == ROOT else first(identity, USERS.get(kind, OTHER_USERS))


def session_of(identity: Mapping[str, Any]) -> str:
    """Return what all calls of one session have in common, "" when nothing is told."""
    if named := first(identity, SESSIONS):
        return named
    parts = [read(identity, part) for part in SESSION_CONTEXT]
    return "@".join(parts) if all(parts) else ""


def first(identity: Mapping[str, Any], parts: Iterable[Part]) -> str:
    """Return the first part that is there, else ""."""
    return next(filter(None, (read(identity, part) for part in parts)), "")


def read(identity: Mapping[str, Any], part: Part) -> str:
    """Return a part of the identity, "" when it is not there or hidden."""
    value: Any = identity
    for name in part.path:
        value = value.get(name) if isinstance(value, Mapping) else None
    if type(value) is not str or value == HIDDEN or part.after not in value:
        return ""
    return value.rpartition(part.after)[2] if part.after else value
