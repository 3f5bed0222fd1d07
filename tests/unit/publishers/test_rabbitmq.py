"""What a publisher says of brokers that can't be reached."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from mqworker.brokers.rabbitmq import RabbitmqOptions
from mqworker.core.errors import BrokerUnavailable
from mqworker.publishers.rabbitmq import RabbitmqPublisher


def silent(port: int, confirm_timeout_s: float) -> bool:
    """Tell whether the failure to connect counts as silence."""
    options = RabbitmqOptions(urls=(f"amqp://127.0.0.1:{port}/",), connect_timeout_s=0.2)
    publisher = RabbitmqPublisher(options, confirm_timeout_s=confirm_timeout_s)
    with closing(publisher), pytest.raises(BrokerUnavailable) as told:
        publisher.connect()
    return told.value.silent


@pytest.mark.parametrize("confirm_timeout_s", [0.1, 5.0], ids=["its limit", "pika's limit"])
def test_a_broker_that_says_nothing_is_silent(confirm_timeout_s: float) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        assert silent(nobody.getsockname()[1], confirm_timeout_s)


def test_a_broker_that_refuses_is_not_silent() -> None:
    assert not silent(1, 5.0)
