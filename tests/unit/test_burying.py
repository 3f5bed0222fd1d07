from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from mqworker.burying import Burying
from mqworker.core.backoff import Backoff
from mqworker.core.deadletter import Grave
from mqworker.core.errors import BrokerUnavailable, Declined
from mqworker.core.message import (
    Delivery,
    Failure,
    PlainProperties,
    Prepared,
    Publication,
    Refusal,
    Tag,
)
from mqworker.core.settlement import OpenMessage

LONG_AFTER = 1e9


class Full:
    """A queue that has no room at first: it takes what `room` says, by and by."""

    def __init__(self, *room: int) -> None:
        self.room = list(room)
        self.taken: list[Publication] = []

    def publish(self, publications: Sequence[Publication]) -> None:
        count = self.room.pop(0)
        if count < 0:
            raise BrokerUnavailable("away")
        self.taken += publications[:count]
        if count < len(publications):
            raise Declined("full", range(count, len(publications)))

    def close(self) -> None:
        """Leave."""


def message(number: int, queue: str = "") -> OpenMessage:
    delivery = Delivery(Tag(1, number), b"%d" % number, PlainProperties(), datetime.now(UTC))
    refused = Failure(0, Refusal("decode", "no JSON"))
    delivery = delivery._replace(queue=queue)
    return OpenMessage(Prepared(delivery, f"id-{number}", several=False, failures=(refused,)))


def rounds(burying: Burying, count: int) -> list[list[bytes]]:
    """Submit and collect so often; return what was buried each time."""
    buried = []
    for number in range(count):
        burying.submit(LONG_AFTER * (number + 1))
        while not burying.lanes.done.qsize():
            time.sleep(0.001)
        found = burying.collect(LONG_AFTER * (number + 1), 1)
        buried.append([each.delivery.body for each in found])
    return buried


def test_of_letters_that_a_full_queue_took_in_part_only_the_others_are_sent_again() -> None:
    queue = Full(2, -1, 1, 5)
    burying = Burying(queue, Grave("events"), Backoff(0.1, 1.0), lambda: 0.5)
    for number in range(5):
        burying.queue(message(number))

    assert [[b"0", b"1"], [], [b"2"], [b"3", b"4"]] == rounds(burying, 4)
    assert [b"%d" % number for number in range(5)] == [each.body for each in queue.taken]


def test_each_letter_goes_to_the_dead_of_its_own_queue() -> None:
    queue = Full(2)
    burying = Burying(queue, Grave("events", ("logs",)), Backoff(0.1, 1.0), lambda: 0.5)
    burying.queue(message(0, "logs"))
    burying.queue(message(1, "events"))
    rounds(burying, 1)

    assert ["logs.dead", "events.dead"] == [each.routing_key for each in queue.taken]


def test_a_defect_in_redaction_costs_no_letter(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_prepared: Prepared, _failures: Sequence[Failure]) -> tuple[Prepared, list[Failure]]:
        raise ZeroDivisionError

    queue = Full(1)
    burying = Burying(queue, Grave("events"), Backoff(0.1, 1.0), lambda: 0.5, redact=broken)
    burying.queue(message(0))

    assert [[b"0"]] == rounds(burying, 1)
    assert "a dead letter is not redacted" in caplog.text
