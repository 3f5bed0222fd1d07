"""Events that a walk can't tell apart, and the moment of each.

1. Events with equal links and equal stated values, of one bucket and for one index, are one Group.
2. A moment is an event's time and ID in one text: moments sort by time, then by ID.
3. An event whose links no other event has is kept as one text, as long as that is so: it takes a
   third of the room, and Python's garbage collector does not look at it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mqworker.core.correlation.linking import Stated
from mqworker.core.correlation.sighting import Sighting

Moment = str

ORIGIN: Final = 2 * 10**15
"""What is added to a time in milliseconds: so it has as many digits as any other."""

DIGITS: Final = 16

BETWEEN: Final = "\x1e"
"""Between the parts of a lone event's text."""

FEW: Final = 16
"""So many members are looked through more quickly than a set of them is made."""


def moment(at: int, name: str) -> Moment:
    """Return the moment of an event: `at` in milliseconds since 1970, of the years 1 to 9999."""
    return f"{at + ORIGIN}{name}"


def time_of(when: Moment) -> int:
    """Return the time of a moment."""
    return int(when[:DIGITS]) - ORIGIN


def name_of(when: Moment) -> str:
    """Return the ID of the event."""
    return when[DIGITS:]


class Group:
    """Events that a walk can't tell apart.

    first: the earliest of their moments.
    members: all of them; None when there is but one.
    """

    __slots__ = ("bucket", "first", "index_name", "links", "members", "stated")

    def __init__(
        self, links: tuple[str, ...], stated: Stated, bucket: int, index_name: str, first: Moment
    ) -> None:
        self.links = links
        self.stated = stated
        self.bucket = bucket
        self.index_name = index_name
        self.first = first
        self.members: list[Moment] | set[Moment] | None = None

    def __len__(self) -> int:
        return 1 if self.members is None else len(self.members)

    def moments(self) -> list[Moment] | set[Moment]:
        """Return the moments of all members."""
        return [self.first] if self.members is None else self.members

    def holds(self, when: Moment) -> bool:
        """Tell whether an event is among the members."""
        return when == self.first if self.members is None else when in self.members

    def add(self, when: Moment) -> None:
        """Add a member."""
        members = self.members
        if members is None:
            self.members = [self.first, when]
        elif type(members) is set:
            members.add(when)
        elif len(members) < FEW:
            members.append(when)  # type: ignore[union-attr]
        else:
            self.members = {*members, when}
        self.first = min(self.first, when)

    def sighting(self) -> Sighting:
        """Return the first member as it was seen."""
        return self.seen(self.first)

    def sightings(self) -> Iterator[Sighting]:
        """Give all members as they were seen."""
        return map(self.seen, self.moments())

    def seen(self, when: Moment) -> Sighting:
        """Return a member as it was seen."""
        name, at = when[DIGITS:], time_of(when)
        return Sighting(name, self.index_name, at, False, self.links, self.stated)


def shared(stated: Stated, known: Stated) -> Stated:
    """Return what is stated; where that is known already, as the objects that it is."""
    if stated == known:
        return known
    return tuple(
        [known[number] if known[number] == value else value for number, value in enumerate(stated)]
    )


def pack(when: Moment, sighting: Sighting) -> str | None:
    """Return a lone event as one text; None when a value of it holds the separator."""
    stated = ["" if value is None else value for value in sighting.stated]
    text = BETWEEN.join((when, sighting.index_name, *stated, *sighting.links))
    parts = 2 + len(stated) + len(sighting.links)
    return text if text.count(BETWEEN) == parts - 1 else None


def unpack(text: str, fields: int, width: int) -> Group:
    """Return the group of a lone event.

    Args:
        text: as `pack` gave it.
        fields: how many identity fields there are.
        width: of a bucket, in milliseconds.
    """
    when, index_name, *rest = text.split(BETWEEN)
    stated = tuple([value or None for value in rest[:fields]])
    return Group(tuple(rest[fields:]), stated, time_of(when) // width, index_name, when)
