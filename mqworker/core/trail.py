"""Finding the documents of one activity: from those that have a value, along what links them.

1. A value (an address, a user name) is looked for once, in the first step. From then on only
   evidence and links are followed: who shares an address or an account need not be the same.
2. A link is followed within its rule's window around each event that has it: a process ID is used
   again.
3. It ends: after as many steps as correlation follows links, and at a number of documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from mqworker.core.clause import ID, Clause, Hit
from mqworker.core.correlation.rules import Rules
from mqworker.core.correlation.values import canonical_address
from mqworker.core.story import EPOCH, Story, compose, roles
from mqworker.core.testimony import CANDIDATES, EVENT_ID, Link, Testimony, Witness

Find = Callable[[Sequence[Clause], int], Sequence[Hit]]
"""Finds documents, as `mqworker.ports.Archive.find` does."""

EVIDENCE = "correlation.filled.from"
FIRST = datetime(1, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 12, 31, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of an activity is told: events at most, and their times (aware; None is open)."""

    limit: int = 500
    since: datetime | None = None
    until: datetime | None = None


class Span(NamedTuple):
    """A time from its first moment to its last."""

    since: datetime
    until: datetime


def trace(find: Find, value: str, rules: Rules, bounds: Bounds) -> Story:
    """Return the story of what has a value: an address, a session, a user name or an event's ID.

    Args:
        find: finds documents; what it raises is passed on.
        value: what is asked for.
        rules: those that the documents were correlated by.
        bounds: how much is told.
    """
    trail = Trail(find, value, rules, bounds)
    new = trail.begin()
    for _ in range(rules.max_hops):
        new += trail.gather(trail.evidence(new))
        new = trail.gather([*trail.filled_from(new), *trail.linked(new)])
    trail.gather(trail.evidence(new))
    return compose(value, trail.found.values(), list(trail.notes(ended=not new)))


class Trail:
    """The documents found so far, and what was asked for to find them."""

    def __init__(self, find: Find, value: str, rules: Rules, bounds: Bounds) -> None:
        self.find = find
        self.value = value
        self.rules = rules
        self.bounds = bounds
        self.witness = Witness(rules)
        self.found: dict[tuple[str, str], Testimony] = {}
        self.ids: set[str] = set()
        self.asked: dict[str, list[Span]] = {}
        self.more = False

    def begin(self) -> list[Testimony]:
        """Find what has the value, stated or filled in, and what may have it."""
        texts = sorted({self.value, self.value.strip(), canonical_address(self.value) or ""} - {""})
        names = (*self.witness.names, ID, EVENT_ID, CANDIDATES)
        return self.gather([self.within({name: texts}) for name in names])

    def gather(self, clauses: Sequence[Clause]) -> list[Testimony]:
        """Find documents; return those that belong to the activity and are new."""
        if not clauses:
            return []
        hits = self.find(clauses, self.bounds.limit + 1)
        self.more = self.more or len(hits) > self.bounds.limit
        told = [says for says in map(self.witness.read, hits) if self.belongs(says)]
        new = [says for says in told if says.place not in self.found]
        room = self.bounds.limit - len(self.found)
        self.more = self.more or len(new) > room
        self.found.update((says.place, says) for says in new[:room])
        self.ids.update(says.id for says in new[:room])
        return new[:room]

    def belongs(self, says: Testimony) -> bool:
        """Tell whether a document is of this activity: not all that share a link's fields do."""
        return (
            bool(roles(self.value, says))
            or says.id in self.ids
            or any(link.key in self.asked for link in says.links)
            or any(fill.evidence in self.ids for _, fill in says.fills)
        )

    def evidence(self, new: Iterable[Testimony]) -> list[Clause]:
        """Return what finds the evidence that documents name."""
        named = {fill.evidence for says in new for _, fill in says.fills} - self.ids
        self.ids |= named
        return [self.within({ID: sorted(named)})] if named else []

    def filled_from(self, new: Iterable[Testimony]) -> list[Clause]:
        """Return what finds the documents that name these as their evidence."""
        ids = sorted({says.id for says in new})
        return [self.within({EVIDENCE: ids})] if ids else []

    def linked(self, new: Iterable[Testimony]) -> Iterator[Clause]:
        """Give what finds the documents that share a link with these."""
        for says in new:
            for link in says.links:
                span = self.window(says, link)
                if span is None or self.is_asked(link, span):
                    continue
                self.asked.setdefault(link.key, []).append(span)
                texts = {name: sorted({part, says.raw[name]}) for name, part in link.fields.items()}
                yield self.within(texts, span)

    def window(self, says: Testimony, link: Link) -> Span | None:
        """Return when an event can be that this one sees over a link, or that sees this one."""
        if says.time is None:
            return None
        rule, width = self.rules.rules[link.rule], timedelta(seconds=self.rules.bucket_s)
        reach = max(rule.before, rule.after) * width
        try:
            start = says.time - (says.time - EPOCH) % width
            return Span(start - reach, start + reach + width - MILLISECOND)
        except OverflowError:
            return Span(FIRST, LAST)

    def is_asked(self, link: Link, span: Span) -> bool:
        """Tell whether a link was followed over that time already."""
        asked = self.asked.get(link.key, ())
        return any(old.since <= span.since and span.until <= old.until for old in asked)

    def within(self, fields: dict[str, list[str]], span: Span | None = None) -> Clause:
        """Return a clause that holds to the bounds."""
        since = [time for time in (self.bounds.since, span and span.since) if time]
        until = [time for time in (self.bounds.until, span and span.until) if time]
        return Clause(fields, max(since, default=None), min(until, default=None))

    def notes(self, *, ended: bool) -> Iterator[str]:
        """Give what the reader should know of how the story was found.

        Args:
            ended: the last step found nothing new.
        """
        if self.more:
            yield (
                f"There are more events than {self.bounds.limit}, of which the newest are told: "
                "ask for more, or for another time."
            )
        if not ended:
            yield f"What is more than {self.rules.max_hops} links away is not told."
