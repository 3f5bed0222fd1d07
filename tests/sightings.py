"""Sightings for the tests of memories."""

from __future__ import annotations

from mqworker.core.correlation.sighting import Sighting

IDENTITY = ("details.sourceipaddress", "details.sessionid", "details.username")


def sighting(name: str) -> Sighting:
    """Return the sighting of an event with this ID."""
    links = ("process\x1fhost\x1fsshd\x1f1", f"session\x1f{name}")
    return Sighting(name, "events-20260214", 1_771_088_400_000, False, links, (None, name, "joe"))


def batch(name: str, count: int = 3) -> list[Sighting]:
    """Return `count` sightings, their IDs `name:0` and so on."""
    return [sighting(f"{name}:{number}") for number in range(count)]


def changed(sighting: Sighting, **fields: object) -> Sighting:
    """The same with other fields."""
    names = ("id", "index_name", "at", "floating", "links", "stated")
    return Sighting(*(fields.get(name, getattr(sighting, name)) for name in names))
