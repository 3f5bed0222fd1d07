import threading
import time

import pytest

from mqworker.brokers.memory import Depth, MemoryBroker
from mqworker.core.errors import BrokerUnavailable, Misconfigured
from mqworker.core.message import PlainProperties, Publication
from mqworker.publishers.memory import MemoryPublisher
from mqworker.sources.memory import MemorySource


def to_q(body: bytes) -> Publication:
    return Publication(body, PlainProperties(), "", "q")


def test_a_lost_connection_brings_everything_again_flagged_by_a_new_channel():
    broker = MemoryBroker()
    source = MemorySource(broker, "q")
    broker.publish([to_q(b"1"), to_q(b"2")])
    first, second = source.receive(10, 0)
    source.settle([first.tag])
    broker.drop_connection()
    source.settle([second.tag])
    (again,) = source.receive(10, 0)
    assert (again.body, again.redelivered) == (b"2", True)
    assert (second.tag.channel, again.tag.channel) == (1, 2)


def test_one_message_without_a_queue_refuses_its_whole_batch():
    broker = MemoryBroker()
    broker.declare("q")
    with pytest.raises(Misconfigured, match="no queue is bound"):
        broker.publish([to_q(b"1"), to_q(b"2")._replace(routing_key="other")])
    assert broker.depth("q") == Depth(0, 0)


def test_what_is_held_is_counted_and_shown_in_its_place():
    broker = MemoryBroker()
    source = MemorySource(broker, "q")
    broker.publish([to_q(b"1"), to_q(b"2")])
    source.receive(1, 0)
    assert broker.depth("q") == Depth(1, 1)
    assert broker.peek("q", 5) == [to_q(b"1"), to_q(b"2")]


def test_a_message_of_another_thread_ends_the_wait():
    broker = MemoryBroker()
    source = MemorySource(broker, "q")
    threading.Timer(0.02, broker.publish, [[to_q(b"1")]]).start()
    started = time.monotonic()
    assert [delivery.body for delivery in source.receive(1, 10)] == [b"1"]
    assert time.monotonic() - started < 5


def test_the_judge_decides_which_messages_the_broker_takes():
    broker = MemoryBroker()
    down = BrokerUnavailable("down")
    publisher = MemoryPublisher(
        broker, queues=["q"], judge=lambda message: down if message.body == b"2" else None
    )
    publisher.publish([to_q(b"1")])
    with pytest.raises(BrokerUnavailable, match="down"):
        publisher.publish([to_q(b"3"), to_q(b"2")])
    assert broker.peek("q", 5) == [to_q(b"1")]
