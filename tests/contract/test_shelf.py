"""What a queue has to be so that it can be looked through; over the brokers that can do it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import cast

import pytest

from mqworker.core.message import Delivery, PlainProperties, Publication
from mqworker.ports import Shelf
from tests.contract.places import OF_A_SERVICE, PLACES, Place

AHEAD = 10


@pytest.fixture(
    params=[
        pytest.param(name, marks=[pytest.mark.services] if name in OF_A_SERVICE else [])
        for name in ("sqlite", "rabbitmq", "rabbitmq-quorum", "redis")
    ]
)
def place(request: pytest.FixtureRequest, tmp_path: object) -> Iterator[Place]:
    with PLACES[request.param](request, tmp_path) as found:  # type: ignore[arg-type] # a Path
        yield found


@contextmanager
def looking(place: Place) -> Iterator[Shelf]:
    with closing(cast("Shelf", place.open_source(AHEAD))) as shelf:
        yield shelf


def publish(place: Place, count: int) -> list[bytes]:
    bodies = [b"%d" % number for number in range(count)]
    with closing(place.open_publisher()) as publisher:
        publisher.publish(
            [Publication(body, PlainProperties(), place.exchange, place.queue) for body in bodies]
        )
    return bodies


def take_all(shelf: Shelf, most: int) -> Iterator[list[Delivery]]:
    """Give batches until nothing comes."""
    while deliveries := shelf.receive(most, 2):
        yield deliveries


def ordered(place: Place, bodies: list[bytes]) -> list[bytes]:
    """Return bodies as they have to come: a quorum queue gives back in any order."""
    return bodies if place.keeps_order else sorted(bodies, key=int)


def test_far_more_than_the_prefetch_can_be_looked_at_and_goes_back_in_order(place: Place) -> None:
    sent = publish(place, 35 * AHEAD)
    for _ in range(2):
        seen = []
        with looking(place) as shelf:
            for deliveries in take_all(shelf, 4):
                shelf.hold([each.tag for each in deliveries])
                seen += [each.body for each in deliveries]
        assert sent == ordered(place, seen)


def test_what_is_settled_between_held_ones_is_gone_and_nothing_else(place: Place) -> None:
    sent = publish(place, 12 * AHEAD)
    with looking(place) as shelf:
        for deliveries in take_all(shelf, 7):
            third = [each for each in deliveries if int(each.body) % 3 == 0]
            shelf.settle([each.tag for each in third])
            shelf.hold([each.tag for each in deliveries if each not in third])
    left: list[Delivery] = []
    with looking(place) as shelf:
        for deliveries in take_all(shelf, AHEAD):
            shelf.hold([each.tag for each in deliveries])
            left += deliveries

    assert [body for body in sent if int(body) % 3] == ordered(place, [each.body for each in left])
    assert all(each.redelivered for each in left)
