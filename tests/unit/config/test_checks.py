from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mqworker.config.checks import conflicts, doubts
from mqworker.config.settings import Settings

FILE = Path("x.pem")
TLS = ("amqps://h/v",)


def test_the_defaults_fit_together_and_raise_no_doubt() -> None:
    assert [] == [*conflicts(Settings()), *doubts(Settings())]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"retry_min": 60.0}, "retry_min (1m) is more than retry_max (30s)"),
        ({"broker_cert_file": FILE}, "broker_cert_file needs broker_key_file"),
        ({"sink_key_file": FILE}, "sink_key_file needs sink_cert_file"),
        ({"broker": ("amqp://a", "redis://b")}, "broker mixes RabbitMQ and redis://"),
        ({"broker": ("redis://a",), "queue": ("a", "b")}, "consumes one queue of redis://, got 2"),
        ({"queue": ("a", "b", "a")}, "the same queue is named twice"),
        ({"sink": ("http://a", "sqlite:///b")}, "sink mixes Elasticsearch and sqlite://"),
        ({"sink": ("sqlite:///a", "sqlite:///b")}, "the embedded one takes one URL"),
        ({"broker_auth": "external", "broker": TLS}, "external needs broker_cert_file"),
        (
            {"broker_auth": "external", "broker_cert_file": FILE, "broker_key_file": FILE},
            "external needs amqps://",
        ),
        ({"memory_key_file": FILE}, "memory_key_file needs memory_cert_file"),
        ({"memory": "process:", "processes": 2}, "memory process: is for one worker"),
        ({"broker_username": "u"}, "broker_username needs broker_password_file"),
        ({"sink_username": "u"}, "sink_username needs sink_password_file"),
        ({"sink_password_file": FILE}, "sink_password_file needs sink_username"),
        (
            {"sink_username": "u", "sink_password_file": FILE, "sink_api_key_file": FILE},
            "sink_username and sink_api_key_file exclude each other",
        ),
    ],
)
def test_values_that_do_not_go_together_are_told(values: dict[str, Any], words: str) -> None:
    (found,) = conflicts(Settings(**values))

    assert words in found


@pytest.mark.parametrize(
    "values",
    [
        {"broker": ("amqp://a", "amqps://b")},
        {"queue": ("a", "b")},
        {"sink": ("http://a", "https://b")},
        {"sink": ("https://u@a",), "sink_password_file": FILE},
        {"memory": "process:"},
        {"memory": "rediss://h", "memory_ca_file": FILE, "processes": 4},
        {
            "broker": TLS,
            "broker_auth": "external",
            "broker_cert_file": FILE,
            "broker_key_file": FILE,
        },
    ],
)
def test_values_that_go_together_raise_no_conflict(values: dict[str, Any]) -> None:
    assert [] == list(conflicts(Settings(**values)))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"broker_verify": False}, "broker_verify is off"),
        ({"sink_verify": False}, "sink_verify is off"),
        ({"broker_ca_file": FILE}, "broker_ca_file does nothing"),
        ({"sink_ca_file": FILE}, "sink_ca_file does nothing"),
        ({"memory_verify": False}, "memory_verify is off"),
        ({"memory_ca_file": FILE, "memory": "redis://h"}, "memory_ca_file does nothing"),
    ],
)
def test_what_is_probably_not_meant_is_told(values: dict[str, Any], words: str) -> None:
    (found,) = doubts(Settings(**values))

    assert words in found
