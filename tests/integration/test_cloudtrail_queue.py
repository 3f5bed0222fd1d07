"""The SQS queue: a message stays held as long as it is tended, and comes again after that."""

from __future__ import annotations

import time

from mqworker.cloudtrail.queue import NotificationQueue
from tests.daemons import await_condition
from tests.services.aws import Trail


def test_a_message_stays_with_who_tends_it_and_comes_again_when_nobody_does(trail: Trail) -> None:
    trail.send("hello")
    mine, other = (NotificationQueue(trail.sqs, trail.queue_url, 1) for _ in range(2))
    assert ["hello"] == [message.body for message in mine.receive()]
    until = time.monotonic() + 2.5
    while time.monotonic() < until:
        mine.tend()
        time.sleep(0.05)
        assert (0, 1) == trail.left()
    assert [("hello", 2)] == [(message.body, message.times) for message in other.receive()]


def test_a_message_that_is_put_back_is_there_for_others_at_once(trail: Trail) -> None:
    trail.send("hello")
    queue = NotificationQueue(trail.sqs, trail.queue_url, 300)
    queue.put_back(queue.receive())
    assert [] == queue.held
    await_condition(lambda: trail.left() == (1, 0), 5)


def test_a_message_that_was_deleted_is_gone(trail: Trail) -> None:
    trail.send("hello")
    queue = NotificationQueue(trail.sqs, trail.queue_url, 300)
    queue.delete(queue.receive()[0])
    assert ([], (0, 0)) == (queue.held, trail.left())
