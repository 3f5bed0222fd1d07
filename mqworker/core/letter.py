"""Dead letters as they are read again: what died, of what, and which of them are meant.

The headers are those that `mqworker.core.deadletter` writes. Whatever else lies in the queue (a
dead-letter exchange or a person may have put it there) is a letter too, of an unknown stage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast

from mqworker.core.deadletter import (
    COUNT_HEADER,
    FAILURES_HEADER,
    POSITIONS_HEADER,
    PREFIX,
    REPLAYS_HEADER,
    TIME_HEADER,
    wanted_positions,
)
from mqworker.core.identity import digest, identify
from mqworker.core.message import Delivery, Failure, Refusal, Stage

UNKNOWN = "unknown"
NO_REASON = "no reason is given: mqworker did not write this letter"


class Key(NamedTuple):
    """What tells one letter from another, and a letter from a second copy of itself.

    A letter may be there twice after a crash. A later death of the same message is another letter.
    """

    identity: str
    deaths: int
    positions: str
    body: str


class Letter(NamedTuple):
    """A dead letter.

    identity: of its message, which a replay keeps.
    died: when it was refused, None when it does not say so.
    failures: what was refused, by position; of many events only the first are described.
    deaths, replays: how often it was dead-lettered, and put back by hand.
    key: tells it from other letters.
    """

    delivery: Delivery
    identity: str
    died: datetime | None
    failures: tuple[Failure, ...]
    deaths: int
    replays: int
    key: Key

    @property
    def events(self) -> int:
        """How many of its events failed."""
        positions = wanted_positions(self.delivery.properties.headers)
        return len(self.failures) if positions is None else len(positions)


def read_letter(delivery: Delivery) -> Letter:
    """Return what a message from the dead-letter queue says of itself."""
    headers = delivery.properties.headers or {}
    identity, deaths = identify(delivery), whole(headers, COUNT_HEADER)
    return Letter(
        delivery,
        identity,
        moment(headers.get(TIME_HEADER)),
        failures_of(headers),
        deaths,
        whole(headers, REPLAYS_HEADER),
        Key(identity, deaths, str(headers.get(POSITIONS_HEADER, "")), digest(delivery.body)),
    )


def failures_of(headers: Mapping[str, Any]) -> tuple[Failure, ...]:
    """Return what failed, as far as the headers describe it; at least one."""
    told = headers.get(FAILURES_HEADER)
    described = [one for one in told if isinstance(one, Mapping)] if isinstance(told, list) else []
    found = tuple(Failure(whole(one, "position"), refusal_of(one)) for one in described)
    return found or (Failure(0, refusal_of(headers)),)


def refusal_of(headers: Mapping[str, Any]) -> Refusal:
    """Return the refusal that `mqworker.core.deadletter.why` wrote."""
    return Refusal(
        cast("Stage", text(headers, "stage") or UNKNOWN),
        text(headers, "reason") or NO_REASON,
        text(headers, "pointer") or "",
        text(headers, "keyword"),
        schema=text(headers, "schema"),
    )


def text(headers: Mapping[str, Any], name: str) -> str | None:
    """Return a header of ours, None when it is no text."""
    value = headers.get(PREFIX + name)
    return value if isinstance(value, str) else None


def whole(headers: Mapping[str, Any], name: str) -> int:
    """Return a header that is a number, 0 when it is none."""
    value = headers.get(name)
    return value if isinstance(value, int) else 0


def moment(told: object) -> datetime | None:
    """Return the time that a header tells (aware), None when it is none."""
    try:
        when = datetime.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        return None
    return when if when and when.tzinfo else None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which letters are meant; what is empty or None asks for nothing.

    identities, stages, schemas: one of these.
    reason: a part of the reason, in any case of letters.
    since, until: when it died (aware); a letter that does not say when is in no such span.
    """

    identities: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    schemas: frozenset[str] = frozenset()
    reason: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def takes(self, letter: Letter) -> bool:
        """Tell whether a letter is meant: whether one of its refusals is, and its time."""
        if self.identities and letter.identity not in self.identities:
            return False
        return self.spans(letter.died) and any(self.fits(each.refusal) for each in letter.failures)

    def fits(self, refusal: Refusal) -> bool:
        """Tell whether a refusal is one of those that are asked for."""
        if self.stages and refusal.stage not in self.stages:
            return False
        if self.schemas and refusal.schema not in self.schemas:
            return False
        return self.reason.lower() in refusal.reason.lower()

    def spans(self, died: datetime | None) -> bool:
        """Tell whether a time is within the bounds."""
        if died is None:
            return self.since is None and self.until is None
        return (self.since is None or self.since <= died) and (
            self.until is None or died <= self.until
        )


EVERY = Selection()
