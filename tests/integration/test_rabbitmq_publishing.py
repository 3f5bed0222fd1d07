"""RabbitmqPublisher: confirmed means routed and kept, whatever happens to the connection."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

import pytest

from mqworker.brokers.rabbitmq import Topology
from mqworker.core.errors import BrokerUnavailable, Misconfigured
from mqworker.core.message import PlainProperties, Publication
from mqworker.publishers.rabbitmq import RabbitmqPublisher
from tests.contract.traffic import bodies, numbered, take
from tests.integration.amqp import (
    EXCHANGE,
    QUEUE,
    consuming,
    drain,
    eventually,
    options,
    send,
    through,
)
from tests.proxy import Proxy
from tests.services.rabbitmq import Rabbitmq

DEAD = Topology(f"{QUEUE}.dead")


@pytest.fixture
def url(rabbitmq: Rabbitmq) -> Iterator[str]:
    with rabbitmq.vhost() as url:
        yield url


@contextmanager
def publishing(
    *urls: str, topology: Topology | None = DEAD, timeout_s: float = 10.0, **changes: Any
) -> Iterator[RabbitmqPublisher]:
    publisher = RabbitmqPublisher(options(*urls, **changes), topology, confirm_timeout_s=timeout_s)
    with closing(publisher):
        yield publisher


def letter(body: bytes, properties: PlainProperties | None = None) -> Publication:
    return Publication(body, properties or PlainProperties(), "", DEAD.queue)


def queue_path(url: str, queue: str) -> str:
    return f"/api/queues/{urlsplit(url).path[1:]}/{queue}"


def test_the_dead_letter_queue_is_declared_durable_without_arguments(
    rabbitmq: Rabbitmq, url: str
) -> None:
    with publishing(url, topology=options(url).dead_letters) as publisher:
        publisher.connect()
        (queue,) = rabbitmq.manage("GET", queue_path(url, "")).body

    assert (DEAD.queue, True, {}) == (queue["name"], queue["durable"], queue["arguments"])


def test_a_dead_letter_queue_that_is_not_there_is_missed_passively(url: str) -> None:
    passive = options(url, passive=True).dead_letters
    with publishing(url, topology=passive) as publisher, pytest.raises(Misconfigured) as caught:
        publisher.connect()

    assert f"no queue '{DEAD.queue}'" in str(caught.value)


def test_every_message_is_persistent_whatever_its_properties_say(url: str) -> None:
    transient = PlainProperties("a/b", delivery_mode=1, priority=3, message_id="m")
    with publishing(url) as publisher:
        publisher.publish([letter(b"x", transient), letter(b"y")])

    with consuming(url, queue=DEAD.queue, exchanges=()) as source:
        one, other = (delivery.properties for delivery in take(source, 2))
    assert (2, "a/b", 3, "m") == (
        one.delivery_mode,
        one.content_type,
        one.priority,
        one.message_id,
    )
    assert other.delivery_mode == 2
    assert transient.delivery_mode == 1


def test_a_queue_deleted_meanwhile_is_told_and_declared_anew_by_the_next_call(
    rabbitmq: Rabbitmq, url: str
) -> None:
    with publishing(url) as publisher:
        publisher.publish([letter(b"lost with its queue")])
        rabbitmq.manage("DELETE", queue_path(url, DEAD.queue))

        with pytest.raises(Misconfigured, match="unroutable") as caught:
            publisher.publish([letter(b"x")])
        publisher.publish([letter(b"y")])

    assert f"'{DEAD.queue}'" in str(caught.value)
    assert (1, 0) == rabbitmq.depth(DEAD.queue, url)


def test_an_exchange_that_is_not_there_is_named(url: str) -> None:
    with publishing(url) as publisher:
        with pytest.raises(Misconfigured, match="no exchange 'nowhere'"):
            publisher.publish([Publication(b"x", PlainProperties(), "nowhere", "k")])
        publisher.publish([letter(b"y")])


def test_a_full_queue_that_rejects_is_unavailable_and_not_a_success(
    rabbitmq: Rabbitmq, url: str
) -> None:
    policy = {"pattern": ".*", "definition": {"max-length": 1, "overflow": "reject-publish"}}
    rabbitmq.manage("PUT", f"/api/policies/{urlsplit(url).path[1:]}/full", policy)

    with publishing(url) as publisher:
        publisher.publish([letter(b"x")])
        with pytest.raises(BrokerUnavailable, match="could not take"):
            publisher.publish([letter(b"y")])


def test_a_connection_lost_while_idle_is_replaced_without_an_error(
    rabbitmq: Rabbitmq, url: str
) -> None:
    with publishing(url) as publisher:
        publisher.publish([letter(b"x")])
        eventually(rabbitmq.close_connections, 1)
        time.sleep(0.2)

        publisher.publish([letter(b"y")])

    assert (2, 0) == rabbitmq.depth(DEAD.queue, url)


def test_heartbeats_keep_an_idle_connection(rabbitmq: Rabbitmq, url: str) -> None:
    with publishing(url, heartbeat_s=1) as publisher:
        publisher.publish([letter(b"x")])
        link = publisher.dialer.link
        time.sleep(5)
        publisher.publish([letter(b"y")])

        assert link is publisher.dialer.link
    assert (2, 0) == rabbitmq.depth(DEAD.queue, url)


def test_a_broker_that_is_down_is_unavailable_until_it_is_back(
    rabbitmq: Rabbitmq, url: str
) -> None:
    with publishing(url) as publisher:
        publisher.publish([letter(b"x")])
        rabbitmq.stop()
        with pytest.raises(BrokerUnavailable, match="refused"):
            publisher.publish([letter(b"y")])
        rabbitmq.start()
        publisher.publish([letter(b"z")])

    assert (2, 0) == rabbitmq.depth(DEAD.queue, url)


def test_a_broker_that_falls_silent_is_unavailable_within_the_time_limit(
    rabbitmq: Rabbitmq, url: str
) -> None:
    with (
        Proxy(rabbitmq.host, rabbitmq.port) as proxy,
        publishing(through(proxy.port, url), timeout_s=0.5) as publisher,
    ):
        publisher.publish([letter(b"x")])
        proxy.silence()
        began = time.monotonic()
        with pytest.raises(BrokerUnavailable, match="no confirmation"):
            publisher.publish([letter(b"y")])
        assert time.monotonic() - began < 3
        proxy.cut()
        proxy.resume()
        publisher.publish([letter(b"z")])


def test_a_connection_cut_in_mid_stream_is_an_error_and_a_second_try_loses_nothing(
    rabbitmq: Rabbitmq, url: str
) -> None:
    letters = [letter(body) for body in numbered(20_000)]
    with (
        Proxy(rabbitmq.host, rabbitmq.port) as proxy,
        publishing(through(proxy.port, url)) as publisher,
    ):
        publisher.publish(letters[:1])
        proxy.delay_s = 0.01
        timer = Timer(0.3, proxy.cut)
        timer.start()
        with pytest.raises(BrokerUnavailable):
            publisher.publish(letters)
        timer.join()
        proxy.delay_s = 0.0
        publisher.publish(letters)

    with consuming(url, queue=DEAD.queue, exchanges=()) as source:
        drain(source, numbered(20_000))


def test_a_memory_alarm_blocks_publishing_and_not_consuming(rabbitmq: Rabbitmq, url: str) -> None:
    send(url, numbered(10))
    with consuming(url) as source, publishing(url, timeout_s=0.5) as publisher:
        publisher.publish([letter(b"x")])
        taken = take(source, 5)
        rabbitmq.ctl("set_vm_memory_high_watermark", "0.000001")
        try:
            with pytest.raises(BrokerUnavailable, match="it blocks publishers: low on memory"):
                publisher.publish([letter(b"y")])
            taken += take(source, 5)
            source.settle([delivery.tag for delivery in taken])
            source.receive(1, 0.2)
            eventually(lambda: rabbitmq.depth(QUEUE, url), (0, 0))
        finally:
            rabbitmq.ctl("set_vm_memory_high_watermark", "0.4")
        publisher.publish([letter(b"z")])


def test_heartbeats_are_no_answer_of_a_broker_that_blocks(rabbitmq: Rabbitmq, url: str) -> None:
    with publishing(url, timeout_s=3.0, heartbeat_s=2) as publisher:
        publisher.publish([letter(b"x")])
        rabbitmq.ctl("set_vm_memory_high_watermark", "0.000001")
        began = time.monotonic()
        try:
            with pytest.raises(BrokerUnavailable, match="no confirmation in 3"):
                publisher.publish([letter(b"y" * 1000) for _ in range(20_000)])
        finally:
            rabbitmq.ctl("set_vm_memory_high_watermark", "0.4")

    assert time.monotonic() - began < 15


def test_a_wrong_password_is_told_at_once_and_not_shown(url: str) -> None:
    wrong = url.replace("guest:guest", "guest:hunter2")
    with publishing(wrong) as publisher, pytest.raises(Misconfigured) as caught:
        publisher.publish([letter(b"x")])

    assert "check user and password" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_the_second_broker_is_used_where_the_first_is_down(rabbitmq: Rabbitmq, url: str) -> None:
    with publishing("amqp://guest:guest@127.0.0.1:1/", url) as publisher:
        publisher.publish([letter(b"x")])

    assert (1, 0) == rabbitmq.depth(DEAD.queue, url)


def test_publishing_declares_exchanges_and_queue_where_asked(url: str) -> None:
    with publishing(url, topology=options(url).topology) as publisher:
        publisher.publish([Publication(b"x", PlainProperties(), EXCHANGE, QUEUE)])

    with consuming(url) as source:
        assert [b"x"] == bodies(take(source, 1))
