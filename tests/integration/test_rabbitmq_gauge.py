"""The depths of RabbitMQ's queues, measured again and again over one connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from mqworker.brokers import rabbitmq_gauge
from mqworker.brokers.rabbitmq import RabbitmqOptions
from mqworker.brokers.rabbitmq_gauge import RabbitmqGauge
from mqworker.core.errors import BrokerUnavailable, MqworkerError
from mqworker.ports import QueueDepth
from mqworker.publishers.rabbitmq import RabbitmqPublisher
from tests.daemons import await_condition
from tests.integration.events import bad_messages
from tests.integration.pairs import DEAD_QUEUE, EXCHANGE, QUEUE
from tests.services.program import free_port
from tests.services.rabbitmq import Rabbitmq


@pytest.fixture
def options(rabbitmq: Rabbitmq) -> Iterator[RabbitmqOptions]:
    with rabbitmq.vhost() as url:
        yield RabbitmqOptions(urls=(url,), queue=QUEUE, exchanges=(EXCHANGE,))


@pytest.fixture
def gauge(options: RabbitmqOptions) -> Iterator[RabbitmqGauge]:
    with closing(RabbitmqGauge(options, [QUEUE, DEAD_QUEUE])) as made:
        yield made


def publish(options: RabbitmqOptions, count: int) -> None:
    with closing(RabbitmqPublisher(options, options.topology)) as publisher:
        publisher.publish([*bad_messages("run", count)])


def test_depths_are_measured_and_a_queue_that_is_not_there_is_told_from_an_empty_one(
    options: RabbitmqOptions, gauge: RabbitmqGauge, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {QUEUE: None, DEAD_QUEUE: None} == gauge.measure()

    monkeypatch.setattr(rabbitmq_gauge, "AGAIN_S", 0.0)
    gauge.absent.clear()
    publish(options, 3)

    def counted() -> bool:
        return {QUEUE: QueueDepth(3, 0), DEAD_QUEUE: None} == gauge.measure()

    await_condition(counted, 20)


def test_one_connection_serves_many_measurements_and_its_loss_is_an_outage_of_moments(
    options: RabbitmqOptions, gauge: RabbitmqGauge
) -> None:
    publish(options, 1)
    gauge.queues = [QUEUE]
    for _ in range(20):
        assert {QUEUE: QueueDepth(1, 0)} == gauge.measure()
    link = gauge.dialer.link
    assert link
    gauge.measure()
    assert link is gauge.dialer.link
    link.fail(ConnectionError("lost"))

    def measured() -> bool:
        try:
            return {QUEUE: QueueDepth(1, 0)} == gauge.measure()
        except MqworkerError:
            return False

    await_condition(measured, 20)


def test_a_broker_that_is_not_there_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rabbitmq_gauge, "LIMIT_S", 0.5)
    url = f"amqp://guest:hunter2@127.0.0.1:{free_port()}/"
    with (
        closing(RabbitmqGauge(RabbitmqOptions(urls=(url,)), [QUEUE])) as gauge,
        pytest.raises(BrokerUnavailable) as outage,
    ):
        gauge.measure()
    assert "hunter2" not in str(outage.value)
