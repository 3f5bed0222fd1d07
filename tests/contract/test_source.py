"""What every Source promises: see mqworker.ports.Source."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from threading import Timer

import pytest

from mqworker.core.message import PlainProperties, Tag
from tests.contract.places import Place
from tests.contract.traffic import (
    bodies,
    consumer,
    numbered,
    publish,
    take,
    take_rest,
)

ODD_BODIES = [b"", b"\x00", bytes(range(256)), b"\xff\xfe not UTF-8", b'{"a": 1}\n', b"x" * 300_000]


def test_everything_published_is_handed_over_once_and_in_order(place: Place) -> None:
    publish(place, *numbered(1000))

    with consumer(place) as source:
        assert numbered(1000) == bodies(take(source, 1000))
        assert [] == take_rest(source)


def test_the_bytes_of_a_body_are_never_touched(place: Place) -> None:
    publish(place, *ODD_BODIES)

    with consumer(place) as source:
        assert ODD_BODIES == bodies(take(source, len(ODD_BODIES)))


def test_properties_arrive_as_they_were_sent(place: Place) -> None:
    sent = PlainProperties(
        content_type="text/json",
        content_encoding="utf-8",
        headers={"word": "ä", "number": -1, "yes": True, "nothing": None, "list": [1, {"a": "b"}]},
        delivery_mode=2,
        priority=3,
        correlation_id="c",
        reply_to="r",
        message_id="m",
        timestamp=1_700_000_000,
        type="t",
        app_id="a",
    )
    publish(place, b"x", properties=sent)

    with consumer(place) as source:
        (delivery,) = take(source, 1)

    names = PlainProperties.__slots__
    got = PlainProperties(**{name: getattr(delivery.properties, name) for name in names})
    assert sent == got


def test_a_delivery_says_by_which_exchange_and_key_it_came_and_when(place: Place) -> None:
    publish(place, b"x")

    with consumer(place) as source:
        (delivery,) = take(source, 1)

    assert (place.exchange, place.queue) == (delivery.exchange, delivery.routing_key)
    assert not delivery.redelivered
    assert delivery.received.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - delivery.received) < timedelta(seconds=30)


def test_never_more_than_the_limit_is_handed_over_at_once(place: Place) -> None:
    publish(place, *numbered(50))

    with consumer(place) as source:
        received = [source.receive(7, 0.5) for _ in range(8)]

    assert all(len(each) <= 7 for each in received)
    assert any(received)


def test_an_empty_queue_is_waited_for_within_the_time_limit(place: Place) -> None:
    with consumer(place) as source:
        take_rest(source)
        started = time.monotonic()

        assert [] == source.receive(10, 0.3)
        assert 0.25 < time.monotonic() - started < 3


def test_the_wait_ends_when_a_message_comes(place: Place) -> None:
    with consumer(place) as source:
        take_rest(source)
        sender = Timer(0.3, publish, (place, b"x"))
        started = time.monotonic()
        sender.start()

        deliveries = take(source, 1)
        sender.join()

    assert [b"x"] == bodies(deliveries)
    assert time.monotonic() - started < 10


def test_what_was_settled_never_comes_again(place: Place) -> None:
    publish(place, *numbered(100))

    with consumer(place) as source:
        source.settle([delivery.tag for delivery in take(source, 100)])
    with consumer(place) as source:
        assert [] == take_rest(source)


def test_what_was_not_settled_comes_again_flagged_after_a_close(place: Place) -> None:
    publish(place, *numbered(10))

    with consumer(place) as source:
        deliveries = take(source, 10)
        source.settle([delivery.tag for delivery in deliveries if int(delivery.body) % 3 == 0])
    with consumer(place) as source:
        again = take(source, 6)
        assert [] == take_rest(source)

    assert [b"1", b"2", b"4", b"5", b"7", b"8"] == sorted(bodies(again))
    assert all(delivery.redelivered for delivery in again)


def test_the_order_of_settling_does_not_matter(place: Place) -> None:
    publish(place, *numbered(300))

    with consumer(place) as source:
        tags = [delivery.tag for delivery in take(source, 300)]
        source.settle(tags[200:])
        source.settle(tags[:100:-1])
        source.settle(reversed(tags[:100]))
    with consumer(place) as source:
        assert [b"100"] == bodies(take_rest(source))


def test_a_message_that_is_kept_does_not_hold_up_those_behind_it(place: Place) -> None:
    publish(place, *numbered(30))

    with consumer(place, prefetch=5) as source:
        first, *others = take(source, 5)
        handed_over = 5
        for _ in range(100):
            source.settle([delivery.tag for delivery in others])
            others = source.receive(5, 0.1)
            handed_over += len(others)
            if handed_over == 30:
                break

    assert handed_over == 30
    assert b"0" == first.body


def test_no_more_than_the_prefetch_is_open_at_a_time(place: Place) -> None:
    publish(place, *numbered(25))

    with consumer(place, prefetch=10) as source:
        deliveries = take_rest(source)
        assert numbered(10) == bodies(deliveries)

        source.settle([delivery.tag for delivery in deliveries])
        assert numbered(20)[10:] == bodies(take_rest(source))


def test_limit_zero_takes_nothing_and_leaves_the_rest_to_others(place: Place) -> None:
    publish(place, *numbered(100))

    with consumer(place) as source:
        kept = take(source, 3, limit=3)
        assert [] == source.receive(0, 0.3)
        publish(place, b"late")
        assert [] == source.receive(0, 0.3)

        with consumer(place) as other:
            rest = take(other, 98)
            other.settle([delivery.tag for delivery in rest])
        source.settle([delivery.tag for delivery in kept])

    assert [*numbered(100)[3:], b"late"] == sorted(bodies(rest), key=lambda b: (len(b), b))
    with consumer(place) as source:
        assert [] == take_rest(source)


def test_a_positive_limit_takes_again_after_a_pause(place: Place) -> None:
    publish(place, *numbered(10))

    with consumer(place) as source:
        deliveries = take(source, 2, limit=1)
        for _ in range(3):
            assert [] == source.receive(0, 0.05)
            deliveries += take(source, 2, limit=1)
        deliveries += take(source, 2)
        source.settle([delivery.tag for delivery in deliveries])

    assert numbered(10) == bodies(deliveries)
    with consumer(place) as source:
        assert [] == take_rest(source)


def test_the_first_call_may_have_limit_zero(place: Place) -> None:
    publish(place, b"x")

    with consumer(place) as source:
        assert [] == source.receive(0, 0.5)
        assert [b"x"] == bodies(take(source, 1))


def test_tags_of_another_channel_and_unknown_tags_are_ignored(place: Place) -> None:
    publish(place, *numbered(3))

    with consumer(place) as source:
        deliveries = take(source, 3)
        channel = deliveries[0].tag.channel
        source.settle([Tag(channel - 1, delivery.tag.number) for delivery in deliveries])
        source.settle([Tag(channel, 10_000), Tag(channel + 1, deliveries[0].tag.number)])
        assert [] == source.receive(1, 0.3)
    with consumer(place) as source:
        assert numbered(3) == bodies(take(source, 3))


def test_settling_twice_does_no_harm(place: Place) -> None:
    publish(place, *numbered(3))

    with consumer(place) as source:
        deliveries = take(source, 3)
        for _ in range(3):
            source.settle([delivery.tag for delivery in deliveries[:2]])
            assert [] == source.receive(1, 0.1)
        source.settle([deliveries[2].tag])
    with consumer(place) as source:
        assert [] == take_rest(source)


def test_two_consumers_share_the_queue_without_sharing_a_message(place: Place) -> None:
    publish(place, *numbered(40))

    with consumer(place, prefetch=5) as one, consumer(place, prefetch=5) as two:
        taken = {}
        for name, source in (("one", one), ("two", two)) * 40:
            deliveries = source.receive(2, 0.1)
            taken.update({delivery.body: name for delivery in deliveries})
            source.settle([delivery.tag for delivery in deliveries])
            if len(taken) == 40:
                break

    assert set(numbered(40)) == set(taken)
    assert {"one", "two"} == set(taken.values())


@pytest.mark.parametrize("used", [False, True])
def test_a_second_close_does_nothing(place: Place, *, used: bool) -> None:
    source = place.open_source(10)
    if used:
        source.receive(1, 0.2)

    source.close()
    source.close()
