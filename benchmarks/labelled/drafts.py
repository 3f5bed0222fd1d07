"""An event as it is made up: what its sender writes, and the truth, which its sender may not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

IDENTITY = ("details.sourceipaddress", "details.sessionid", "details.username")


@dataclass(frozen=True, slots=True)
class Truth:
    """Who it was; None where there is nothing that a field could rightly be filled with."""

    sourceipaddress: str | None = None
    sessionid: str | None = None
    username: str | None = None

    def of(self, field_name: str) -> str | None:
        """Return the true value of a field."""
        value: str | None = getattr(self, field_name.removeprefix("details."))
        return value


@dataclass(slots=True)
class Draft:
    """One event.

    at: when it happened, in seconds since the stream's beginning, by a clock that is right.
    activity: the number of what it is a part of.
    begins: it says that its process, connection or session is a new one.
    shorter: a text that tells less, for senders that are not talkative.
    """

    at: float
    activity: int
    host: str
    truth: Truth
    body: dict[str, Any]
    begins: bool = False
    shorter: str = ""
    details: dict[str, Any] = field(default_factory=dict)
