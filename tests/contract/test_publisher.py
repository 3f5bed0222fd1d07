"""What every Publisher promises: see mqworker.ports.Publisher."""

from __future__ import annotations

from contextlib import closing
from copy import deepcopy
from threading import Thread

import pytest

from mqworker.core.errors import Misconfigured
from mqworker.core.message import PlainProperties, Publication
from tests.contract.places import Place
from tests.contract.traffic import bodies, consumer, numbered, publish, take, to_publication


def test_messages_arrive_in_the_order_in_which_they_were_published(place: Place) -> None:
    with closing(place.open_publisher()) as publisher:
        for number in range(20):
            publisher.publish([to_publication(place, b"%d" % number)])
        publisher.publish([to_publication(place, b"%d" % number) for number in range(20, 3000)])

    with consumer(place) as source:
        taken = [take(source, 1000) for _ in range(1)]
        while len(taken[-1]):
            source.settle([delivery.tag for delivery in taken[-1]])
            if sum(map(len, taken)) >= 3000:
                break
            taken.append(take(source, 1000))

    assert numbered(3000) == [body for each in taken for body in bodies(each)]


def test_publishing_nothing_does_nothing(place: Place) -> None:
    with closing(place.open_publisher()) as publisher:
        publisher.publish([])


def test_the_default_exchange_leads_to_the_queue_of_that_name(place: Place) -> None:
    with closing(place.open_publisher()) as publisher:
        publisher.publish([Publication(b"x", PlainProperties(), "", place.queue)])

    with consumer(place) as source:
        assert [b"x"] == bodies(take(source, 1))


@pytest.mark.parametrize("exchange", ["", "of the place"])
def test_what_no_queue_takes_is_an_error_that_names_exchange_and_key(
    place: Place, exchange: str
) -> None:
    exchange = exchange and place.exchange
    with closing(place.open_publisher()) as publisher:
        with pytest.raises(Misconfigured) as caught:
            publisher.publish([Publication(b"x", PlainProperties(), exchange, "nowhere")])
        assert repr(exchange) in str(caught.value)
        assert "'nowhere'" in str(caught.value)

        publisher.publish([to_publication(place, b"y")])

    with consumer(place) as source:
        assert [b"y"] == bodies(take(source, 1))


def test_the_caller_keeps_its_properties_as_they_are(place: Place) -> None:
    properties = PlainProperties("text/plain", headers={"a": [1, {"b": None}]}, message_id="m")
    before = deepcopy(properties)

    publish(place, b"x", properties=properties)

    assert before == properties


def test_what_was_received_can_be_published_again_as_it_is(place: Place) -> None:
    headers = {"word": "ä", "number": 2**40, "yes": True, "list": [1, {"a": "b"}]}
    publish(place, b"x", properties=PlainProperties("text/plain", headers=headers, timestamp=1))

    with consumer(place) as source:
        (first,) = take(source, 1)
        source.settle([first.tag])
        publish(place, first.body, properties=first.properties)
        (second,) = take(source, 1)

    assert headers == second.properties.headers
    assert ("text/plain", 1) == (second.properties.content_type, second.properties.timestamp)


def test_a_publisher_may_move_from_one_thread_to_another(place: Place) -> None:
    with closing(place.open_publisher()) as publisher:
        publisher.publish([to_publication(place, b"0")])
        other = Thread(target=publisher.publish, args=([to_publication(place, b"1")],))
        other.start()
        other.join()
        publisher.publish([to_publication(place, b"2")])

    with consumer(place) as source:
        assert numbered(3) == bodies(take(source, 3))


@pytest.mark.parametrize("used", [False, True])
def test_a_second_close_does_nothing(place: Place, *, used: bool) -> None:
    publisher = place.open_publisher()
    if used:
        publisher.publish([to_publication(place, b"x")])

    publisher.close()
    publisher.close()
