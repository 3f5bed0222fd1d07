from datetime import UTC, datetime

from mqworker.core.message import (
    DUPLICATE,
    STORED,
    Delivery,
    Event,
    Failure,
    Outcome,
    PlainProperties,
    Prepared,
    Refusal,
    Tag,
)
from mqworker.core.settlement import OpenMessage

NOW = datetime(2026, 11, 23, tzinfo=UTC)
DELIVERY = Delivery(Tag(0, 1), b"[]", PlainProperties(), NOW)


def prepared(good, *failures):
    events = tuple(Event(f"m:{n}", n, None, {}, "event") for n in range(good))
    return Prepared(DELIVERY, "m", several=True, events=events, failures=failures)


def test_a_message_waits_for_each_of_its_events():
    message = OpenMessage(prepared(2))
    message.conclude(0, STORED)
    assert message.waiting == 1
    message.conclude(1, DUPLICATE)
    assert (message.waiting, message.failures) == (0, ())


def test_what_the_sink_refuses_is_a_failure_at_its_position():
    message = OpenMessage(prepared(2, Failure(7, Refusal("validate", "no"))))
    message.conclude(0, STORED)
    message.conclude(1, Outcome("refused", "mapping conflict"))
    assert [7, 1] == [failure.position for failure in message.failures]
    assert message.failures[1].refusal == Refusal("write", "mapping conflict")
