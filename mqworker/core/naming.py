"""The index that a document goes to: a function of the message.

It has to be, because `create` refuses a taken ID per index only.

1. The day of the event's own time; without one, of the message's AMQP timestamp; without either,
   of receipt.
2. An event whose own time lies outside the bounds goes to one index that takes all of them:
   otherwise anyone could create ten thousand indices. Bounds count from the AMQP timestamp, and
   from receipt where there is none; an AMQP timestamp that lies outside the bounds around receipt
   counts as none.
3. Whatever depends on receipt may differ at a redelivery, which is therefore first looked for
   wherever an earlier delivery of it may have gone; so is every event without any time, since
   RabbitMQ forgets at a restart that it had delivered a message.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

LOOK_BACK_DAYS, LOOK_AHEAD_DAYS = 7, 1
"""How far back a redelivered message that names no time at all is looked for; and how far ahead:
the clock of the worker that had it first may be before ours, or ours was set back."""


@dataclass(frozen=True, slots=True)
class Naming:
    """How indices are named, and how far from now a daily one may be (whole days, UTC)."""

    prefix: str = "events"
    days_back: int = 90
    days_ahead: int = 1

    @property
    def out_of_range(self) -> str:
        """The index for every event whose own time is out of bounds."""
        return f"{self.prefix}-out-of-range"

    def daily(self, when: datetime) -> str:
        """Return the index of the day of `when` (aware, UTC)."""
        return daily_name(self.prefix, when.toordinal())

    def within(self, when: datetime, base: datetime) -> bool:
        """Tell whether the day of `when` is near enough to that of `base` for a daily index."""
        return -self.days_back <= when.toordinal() - base.toordinal() <= self.days_ahead


@lru_cache(maxsize=512)
def daily_name(prefix: str, ordinal: int) -> str:
    """Return the name of a day's index."""
    return f"{prefix}-{date.fromordinal(ordinal):%Y%m%d}"


def place(
    naming: Naming, occurred: datetime | None, stamp: datetime | None, received: datetime
) -> str:
    """Return the index for an event.

    Args:
        naming: names and bounds.
        occurred: the event's own time, None when it has none. All times are aware, in UTC.
        stamp: the message's AMQP timestamp, None when it has none.
        received: when the message was handed over.
    """
    if stamp is not None and not naming.within(stamp, received):
        stamp = None
    if occurred is None:
        return naming.daily(stamp or received)
    return (
        naming.daily(occurred)
        if naming.within(occurred, stamp or received)
        else naming.out_of_range
    )


def earlier_places(
    naming: Naming, occurred: datetime | None, stamp: datetime | None, received: datetime
) -> tuple[str, ...]:
    """Return every other index in which an earlier delivery of this message may have put it."""
    now = place(naming, occurred, stamp, received)
    if occurred is not None:
        candidates = [naming.daily(occurred), naming.out_of_range]
    else:
        days = [received - timedelta(days=back) for back in range(1, LOOK_BACK_DAYS + 1)]
        days += [received + timedelta(days=on) for on in range(1, LOOK_AHEAD_DAYS + 1)]
        candidates = [naming.daily(day) for day in ([stamp] if stamp else []) + [received, *days]]
    return tuple(dict.fromkeys(name for name in candidates if name != now))
