"""Sending and taking messages, for the suites."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager

from mqworker.core.message import Delivery, PlainProperties, Properties, Publication
from mqworker.ports import Source
from tests.contract.places import Place

LIMIT_S = 20.0
QUIET_S = 0.5
"""So long nothing has to come before we believe that nothing will."""


def to_publication(place: Place, body: bytes, properties: Properties | None = None) -> Publication:
    return Publication(body, properties or PlainProperties(), place.exchange, place.queue)


def publish(place: Place, *bodies: bytes, properties: Properties | None = None) -> None:
    with closing(place.open_publisher()) as publisher:
        publisher.publish([to_publication(place, body, properties) for body in bodies])


@contextmanager
def consumer(place: Place, prefetch: int = 2000) -> Iterator[Source]:
    with closing(place.open_source(prefetch)) as source:
        yield source


def take(source: Source, count: int, limit: int = 100) -> list[Delivery]:
    """Receive so many messages; fewer when they do not come in time."""
    until = time.monotonic() + LIMIT_S
    taken: list[Delivery] = []
    while len(taken) < count and time.monotonic() < until:
        taken += source.receive(min(limit, count - len(taken)), 0.2)
    return taken


def take_rest(source: Source) -> list[Delivery]:
    """Receive until nothing comes for a while."""
    taken: list[Delivery] = []
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < QUIET_S:
        if got := source.receive(1000, 0.1):
            taken += got
            quiet_since = time.monotonic()
    return taken


def bodies(deliveries: Iterable[Delivery]) -> list[bytes]:
    return [delivery.body for delivery in deliveries]


def numbered(count: int) -> list[bytes]:
    return [b"%d" % number for number in range(count)]
