"""What breaks a consumer's connection, by its real cause: nothing is lost, and it goes on."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import pytest

from mqworker.core.message import Tag
from tests.contract.traffic import bodies, numbered, take, take_rest
from tests.integration.amqp import (
    QUEUE,
    consuming,
    drain,
    eventually,
    meanwhile,
    send,
    through,
)
from tests.proxy import Proxy
from tests.services.rabbitmq import Rabbitmq


def test_a_broker_restart_in_mid_stream_loses_nothing(rabbitmq: Rabbitmq) -> None:
    with rabbitmq.vhost() as url, consuming(url) as source:
        send(url, numbered(3000))
        held = take(source, 500)
        with meanwhile(rabbitmq.restart):
            counts = drain(source, numbered(3000))

        assert all(counts[delivery.body] == 1 for delivery in held)
        source.settle([delivery.tag for delivery in held])  # stale by now
        send(url, [b"after"])
        assert {b"after": 1} == drain(source, [b"after"])
        source.receive(0, 0.1)
        assert (0, 0) == rabbitmq.depth(QUEUE, url)


def test_a_killed_broker_hands_over_again_what_was_not_settled(rabbitmq: Rabbitmq) -> None:
    with rabbitmq.vhost() as url, consuming(url, prefetch=1000) as source:
        send(url, numbered(1000))
        first = take(source, 100)
        rabbitmq.flush()
        rabbitmq.kill()
        assert [] == source.receive(1000, 0.5)
        with meanwhile(rabbitmq.start):
            again = take(source, 1000)

        assert set(numbered(1000)) == set(bodies(again))
        assert first[0].tag.channel < again[0].tag.channel


def test_a_connection_closed_by_the_administrator_is_made_again(
    rabbitmq: Rabbitmq, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "mqworker")
    with rabbitmq.vhost() as url, consuming(url) as source:
        send(url, numbered(1000))
        first = take(source, 10)
        eventually(rabbitmq.close_connections, 1)
        drain(source, numbered(1000))

        assert first[0].tag.channel == 1
        assert source.channels > 1
    lost = [record.getMessage() for record in caplog.records if "broker lost" in record.msg]
    assert 1 == len(lost)
    assert "320 CONNECTION_FORCED" in lost[0]
    assert ":guest@" not in caplog.text


def test_a_message_held_beyond_the_consumer_timeout_comes_again_on_a_new_channel(
    rabbitmq_node: Callable[..., Rabbitmq], caplog: pytest.LogCaptureFixture
) -> None:
    node = rabbitmq_node(
        env={
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} "
            "-rabbit consumer_timeout 2000 -rabbit channel_tick_interval 500"
        }
    )
    send(node.url, numbered(3))
    with consuming(node.url) as source:
        kept, *others = take(source, 3)
        source.settle([delivery.tag for delivery in others])
        again = take(source, 1)
        source.settle([kept.tag])

        assert (kept.body, True) == (again[0].body, again[0].redelivered)
        assert kept.tag.channel < again[0].tag.channel
        source.settle([again[0].tag])
    assert (0, 0) == node.depth(QUEUE)
    assert "406 PRECONDITION_FAILED - delivery acknowledgement" in caplog.text


def test_an_acknowledgement_of_a_wrong_number_costs_the_channel_and_nothing_else(
    rabbitmq: Rabbitmq,
) -> None:
    with rabbitmq.vhost() as url, consuming(url) as source:
        send(url, numbered(10))
        take(source, 5)
        consumer = source.dialer.session
        assert consumer is not None
        consumer.channel.basic_ack(4711)

        drain(source, numbered(10))
        assert source.channels == 2


def test_a_queue_deleted_under_the_consumer_is_declared_again(
    rabbitmq: Rabbitmq, caplog: pytest.LogCaptureFixture
) -> None:
    with rabbitmq.vhost() as url, consuming(url) as source:
        send(url, numbered(3))
        held = take(source, 3)
        rabbitmq.manage("DELETE", f"/api/queues/{url.rpartition('/')[2]}/{QUEUE}")
        take_rest(source)
        source.settle([delivery.tag for delivery in held])

        send(url, [b"new"])
        assert [b"new"] == bodies(take(source, 1))
    assert "ConsumerCancelled" in caplog.text


def test_silence_on_an_open_connection_is_noticed_by_the_heartbeat(rabbitmq: Rabbitmq) -> None:
    with (
        rabbitmq.vhost() as url,
        Proxy(rabbitmq.host, rabbitmq.port) as proxy,
        consuming(through(proxy.port, url), heartbeat_s=1, connect_timeout_s=1) as source,
    ):
        send(url, numbered(1000))
        held = take(source, 10)
        proxy.silence()
        began = time.monotonic()
        while source.dialer.ready and time.monotonic() - began < 30:
            source.receive(1000, 0.5)
        noticed_s = time.monotonic() - began
        proxy.cut()
        proxy.resume()
        counts = drain(source, numbered(1000))

        assert 5 < noticed_s < 2 * (1 + 5) + 2
        assert all(counts[delivery.body] == 1 for delivery in held)


def test_silence_while_connecting_ends_with_the_time_limit_and_the_next_try(
    rabbitmq: Rabbitmq,
) -> None:
    with (
        rabbitmq.vhost() as url,
        Proxy(rabbitmq.host, rabbitmq.port) as proxy,
        consuming(through(proxy.port, url), connect_timeout_s=0.5) as source,
    ):
        send(url, [b"x"])
        proxy.silence()
        began = time.monotonic()
        while proxy.accepted < 2 and time.monotonic() - began < 20:
            assert [] == source.receive(1, 0.2)
        proxy.cut()
        proxy.resume()

        assert [b"x"] == bodies(take(source, 1))


def test_receive_never_takes_much_longer_than_it_may_while_nobody_answers(
    rabbitmq: Rabbitmq,
) -> None:
    with (
        rabbitmq.vhost() as url,
        Proxy(rabbitmq.host, rabbitmq.port) as proxy,
        consuming(through(proxy.port, url), heartbeat_s=1, connect_timeout_s=3) as source,
    ):
        send(url, numbered(5))
        take(source, 5)
        proxy.silence()
        longest = 0.0
        for _ in range(80):
            began = time.monotonic()
            source.receive(10, 0.2)
            longest = max(longest, time.monotonic() - began)

        assert source.channels > 1
        assert longest < 1.5


@pytest.mark.parametrize("cuts", range(3))
def test_connections_cut_at_any_time_lose_nothing(rabbitmq: Rabbitmq, cuts: int) -> None:
    with (
        rabbitmq.vhost() as url,
        Proxy(rabbitmq.host, rabbitmq.port) as proxy,
        consuming(through(proxy.port, url)) as source,
    ):
        send(url, numbered(20_000))
        seen: set[bytes] = set()
        while len(seen) < 20_000:
            for delivery in source.receive(200 + 100 * cuts, 0.2):
                seen.add(delivery.body)
                source.settle([delivery.tag])
            if len(seen) // 2000 > proxy.accepted:
                proxy.cut()

        assert set(numbered(20_000)) == seen
        assert proxy.accepted > 3


def test_the_second_broker_takes_over_and_the_first_is_preferred_after_a_loss(
    rabbitmq: Rabbitmq,
) -> None:
    with (
        rabbitmq.vhost() as url,
        Proxy(rabbitmq.host, rabbitmq.port) as first,
        Proxy(rabbitmq.host, rabbitmq.port) as second,
        consuming(through(first.port, url), through(second.port, url)) as source,
    ):
        send(url, numbered(10))
        take(source, 5)
        assert (1, 0) == (first.accepted, second.accepted)
        first.refuse()

        assert set(numbered(10)) == set(bodies(take(source, 10)))
        assert second.accepted == 1


def test_tags_of_the_lost_connection_are_ignored(rabbitmq: Rabbitmq) -> None:
    with rabbitmq.vhost() as url, consuming(url) as source:
        send(url, numbered(5))
        old = take(source, 5)
        eventually(rabbitmq.close_connections, 1)
        new = take(source, 5)
        source.settle([delivery.tag for delivery in old])
        source.settle([Tag(new[0].tag.channel, 99)])
        source.receive(1, 0.2)

        assert (0, 5) == rabbitmq.depth(QUEUE, url)
        source.settle([delivery.tag for delivery in new])
    assert old[0].tag.channel != new[0].tag.channel


def test_large_messages_are_taken_fewer_at_a_time_and_small_ones_many_again(
    rabbitmq: Rabbitmq, caplog: pytest.LogCaptureFixture
) -> None:
    large = [b"%06d" % number * 100_000 for number in range(60)]  # 600 kB each
    with rabbitmq.vhost() as url, consuming(url, prefetch_bytes=2**22) as source:
        send(url, large)
        while source.channels < 2:
            held = source.receive(100, 0.1)
        source.settle([delivery.tag for delivery in held])
        drain(source, set(large) - set(bodies(held)))
        assert source.prefetch.current < 8
        assert "TooHeavy" in caplog.text

        send(url, numbered(3000))
        drain(source, numbered(3000))
        assert source.prefetch.current == 500
        source.receive(0, 0.1)
        assert (0, 0) == rabbitmq.depth(QUEUE, url)
