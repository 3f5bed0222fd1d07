from __future__ import annotations

from typing import Any

import pytest

from mqworker.brokers.rabbitmq import RabbitmqOptions, Topology, parameters
from mqworker.brokers.urls import parse
from mqworker.core.errors import Misconfigured


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"urls": ()}, "no broker URL"),
        ({"urls": ("amqp://h", "http://h")}, "neither with amqp"),
        ({"prefetch": 0}, "prefetch is 0"),
        ({"prefetch": 65536}, "from 1 to 65535"),
        ({"heartbeat_s": 0}, "silent broker"),
        ({"auth": "external"}, "needs a client certificate"),
        ({"key_file": "k"}, "no certificate for it"),
        ({"urls": ("amqps://h", "amqp://u:hidden@p"), "ca_file": "c"}, "not encrypted"),
        ({"urls": ("amqp://u:hidden@p",), "auth": "external"}, "use amqps://"),
    ],
)
def test_options_that_can_not_work_are_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(Misconfigured, match=why) as caught:
        RabbitmqOptions(**{"urls": ("amqps://h",), **changes})

    assert "hidden" not in str(caught.value)


def test_the_defaults_are_those_of_mozdef_and_its_shippers() -> None:
    options = RabbitmqOptions(urls=("amqp://h",))

    assert Topology("eventtask", ("eventtask", "mozdef"), passive=False) == options.topology
    assert Topology("eventtask.dead", (), passive=False) == options.dead_letters


def test_no_password_is_in_the_repr_of_options_and_parameters() -> None:
    options = RabbitmqOptions(urls=("amqp://u:hidden@h",), password="hidden")  # noqa: S106

    assert "hidden" not in repr(options)
    assert "hidden" not in repr(parameters(options, options.targets[0], "test"))


@pytest.mark.parametrize(
    ("url", "changes", "expected"),
    [
        ("amqp://h", {}, ("guest", "guest")),
        ("amqp://a:b@h", {"user": "c", "password": "d"}, ("a", "b")),
        ("amqp://a@h", {"password": "d"}, ("a", "d")),
        ("amqp://h", {"user": "c", "password": "d"}, ("c", "d")),
        ("amqp://a:@h", {"password": "d"}, ("a", "")),
    ],
)
def test_what_the_url_says_of_user_and_password_goes_first(
    url: str, changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    found = parameters(RabbitmqOptions(urls=(url,), **changes), parse(url), "test").credentials

    assert expected == (found.username, found.password)


def test_the_broker_is_told_who_connects_and_for_what() -> None:
    options = RabbitmqOptions(urls=("amqp://h",), client_name="mqworker eventtask")

    told = parameters(options, options.targets[0], "consume").client_properties

    assert "mqworker" == told["product"]
    assert told["connection_name"].startswith("mqworker eventtask ")
    assert " consume " in told["connection_name"]
