"""The story of one activity: its events in the order of time, and how they hang together.

1. The story is a function of the set of documents, whatever the order that they come in.
2. What senders stated, what was filled in and from which event, and what stayed open are told
   apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, NamedTuple

from mqworker.core.correlation.answer import entry_of
from mqworker.core.correlation.values import canonical_address
from mqworker.core.testimony import Link, Testimony

EPOCH = datetime.fromtimestamp(0, UTC)
LAST_NUMBER = re.compile(r"(.*?)([0-9]{0,18})$", re.DOTALL)


class Step(NamedTuple):
    """An event of the story.

    number: its place in the story, from 1.
    says: what its document says.
    sources: for each field that was filled in, the number of the event that stated the value;
        a field whose evidence is not in the story is missing.
    own: it has the value that the story was asked for.
    """

    number: int
    says: Testimony
    sources: Mapping[str, int]
    own: bool


class Thread(NamedTuple):
    """A link that several events of the story share, and their numbers."""

    link: Link
    steps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that is told of an activity.

    value: what was asked for.
    steps: its events, the earliest first.
    lanes: the programs on hosts that its events come from, in the order of their first one.
    threads: what several of them share, in the order of their first one.
    notes: what the reader should know of how the story came about.
    """

    value: str
    steps: tuple[Step, ...]
    lanes: tuple[str, ...]
    threads: tuple[Thread, ...]
    notes: tuple[str, ...] = ()


def compose(value: str, testimonies: Iterable[Testimony], notes: Sequence[str] = ()) -> Story:
    """Return the story that documents tell.

    Args:
        value: what was asked for.
        testimonies: what the documents say, in any order.
        notes: put before those that follow from the documents.
    """
    ordered = sorted(testimonies, key=order)
    numbers: dict[str, int] = {}
    for number, says in enumerate(ordered, 1):
        numbers.setdefault(says.id, number)
    steps = tuple(
        Step(number, says, sources_of(says, numbers), bool(roles(value, says)))
        for number, says in enumerate(ordered, 1)
    )
    lanes = tuple(dict.fromkeys(step.says.lane for step in steps))
    return Story(value, steps, lanes, threads_of(steps), (*notes, *remarks(value, steps)))


def order(says: Testimony) -> tuple[Any, ...]:
    """Return what sorts events: their time, then their place in a message, `m:9` before `m:10`."""
    found = LAST_NUMBER.match(says.id)
    head, number = found.groups() if found else (says.id, "")
    return says.time or EPOCH, head, int(number or -1), says.index_name


def sources_of(says: Testimony, numbers: Mapping[str, int]) -> dict[str, int]:
    """Return the numbers of the events from which fields were filled in."""
    fills = says.fills
    return {name: numbers[fill.evidence] for name, fill in fills if fill.evidence in numbers}


def threads_of(steps: Iterable[Step]) -> tuple[Thread, ...]:
    """Return the links that more than one event has."""
    links: dict[str, Link] = {}
    members: dict[str, list[int]] = {}
    for step in steps:
        for link in step.says.links:
            links.setdefault(link.key, link)
            members.setdefault(link.key, []).append(step.number)
    return tuple(
        Thread(links[key], tuple(numbers)) for key, numbers in members.items() if len(numbers) > 1
    )


def roles(value: str, says: Testimony) -> list[str]:
    """Return the names under which a document has the value that the story was asked for."""
    texts = {value, value.strip(), canonical_address(value)}
    return [name for name, held in says.values.items() if not texts.isdisjoint(held)]


def remarks(value: str, steps: Sequence[Step]) -> Iterator[str]:
    """Give what follows from the events and has to be said."""
    held = {name for step in steps for name in roles(value, step.says)}
    if any(name.endswith("ipaddress") for name in held):
        yield (
            "Whoever shares this address (NAT, a proxy) is in this story too; from its events on, "
            "only links were followed."
        )
    if any(name.endswith("username") for name in held):
        yield (
            "Whoever uses this account is in this story too; from its events on, only links were "
            "followed."
        )
    absent = sum(len([*step.says.fills]) - len(step.sources) for step in steps)
    if absent:
        yield f"The evidence of {absent} filled fields is not among these events."


def as_object(story: Story) -> dict[str, Any]:
    """Return a story for machines."""
    ids = {step.number: step.says.id for step in story.steps}
    return {
        "value": story.value,
        "events": [event_object(step.says) for step in story.steps],
        "links": [
            {
                "link": thread.link.rule,
                "fields": dict(thread.link.fields),
                "events": [ids[number] for number in thread.steps],
            }
            for thread in story.threads
        ],
    }


def event_object(says: Testimony) -> dict[str, Any]:
    """Return an event of a story for machines."""
    findings: dict[str, list[dict[str, Any]]] = {"filled": [], "ambiguous": [], "hot": []}
    for name, finding in sorted(says.findings, key=itemgetter(0)):
        kind, entry = entry_of(finding)
        findings[kind].append({"field": name, **entry})
    return {
        "id": says.id,
        "index": says.index_name,
        "time": says.time.isoformat() if says.time else None,
        "lane": says.lane,
        "summary": says.summary,
        "stated": dict(says.stated),
        **findings,
    }
