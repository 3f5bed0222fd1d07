"""The events of one message, correlated among themselves: what the worker would fill in.

A worker knows the events of other messages too. So what is missing here may still be filled in
there, and what is filled in here may be ambiguous there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import orjson

from mqworker.core.clause import time_of
from mqworker.core.correlation.fill import filled
from mqworker.core.correlation.replica import Replica
from mqworker.core.correlation.rules import Rules
from mqworker.core.correlation.sighting import Sighter, Sighting
from mqworker.core.correlation.walk import resolve
from mqworker.core.document import serialize
from mqworker.core.explain import Explained
from mqworker.core.message import Document
from mqworker.core.story import Step, sources_of
from mqworker.core.testimony import Witness


class Related(NamedTuple):
    """An event that was explained, its document completed; `step` is what that says, if any."""

    explained: Explained
    step: Step | None


def relate(explained: Sequence[Explained], rules: Rules) -> list[Related]:
    """Correlate the events of a message.

    Args:
        explained: what became of each of them.
        rules: of correlation.
    """
    replica, sighter, witness = Replica(rules), Sighter(rules), Witness(rules)
    positions = {one.document.id: one.position for one in explained if one.document}
    sightings = {one.position: see(one, sighter) for one in explained}
    for sighting in sightings.values():
        if sighting:
            replica.absorb(sighting)
    completed = [complete(one, sightings[one.position], replica) for one in explained]
    return [Related(one, step_of(one, witness, positions)) for one in completed]


def see(one: Explained, sighter: Sighter) -> Sighting | None:
    """Return what is remembered of an event; None when nothing can link it."""
    when = time_of(one.event or {})
    if one.document is None or one.event is None or when is None:
        return None
    stated = sighter.stated(one.event)
    links = sighter.links(one.event, stated)
    at = round(when.timestamp() * 1000)
    document = one.document
    return Sighting(document.id, document.index_name, at, False, links, stated) if links else None


def complete(one: Explained, sighting: Sighting | None, replica: Replica) -> Explained:
    """Return an event with what is filled in written into its document."""
    if one.document is None or one.event is None or sighting is None:
        return one
    fields = filled(one.event, resolve(replica, sighting), replica.rules)
    return one._replace(document=one.document._replace(source=serialize(fields)))


def step_of(one: Explained, witness: Witness, positions: dict[str, int]) -> Step | None:
    """Return what an event's document says."""
    if one.document is None:
        return None
    says = witness.read(hit_of(one.document))
    return Step(one.position, says, sources_of(says, positions), own=False)


def hit_of(document: Document) -> dict[str, object]:
    """Return a document as a store hands it over."""
    source = orjson.loads(document.source)
    return {"_index": document.index_name, "_id": document.id, "_source": source}
