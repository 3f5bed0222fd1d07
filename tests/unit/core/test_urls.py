from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqworker.core.urls import redact, redact_text


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("amqp://guest:guest@127.0.0.1:5672/%2F", "amqp://guest:***@127.0.0.1:5672/%2F"),
        ("amqps://u:p%40ss@h/v?heartbeat=5", "amqps://u:***@h/v?heartbeat=5"),
        ("redis://:secret@h:6379/0", "redis://:***@h:6379/0"),
        ("amqp://u:a/b@h/v", "amqp://u:***@h/v"),
        ("amqp://u:a#b?c@h/v", "amqp://u:***@h/v"),
        ("amqp://u:a@b@h/v", "amqp://u:***@h/v"),
        ("https://h:9200/?api_key=abc&x=1", "https://h:9200/?api_key=***&x=1"),
        (
            "amqps://h/?password=a&keyfile_password=b",
            "amqps://h/?password=***&keyfile_password=***",
        ),
        ("user:word@host", "user:***@host"),
        ("azurestoragequeues://a/b+c==@https://h", "azurestoragequeues://***@https://h"),
        ("sqs://?predefined_queues=%7B%22k%22%3A1%7D&a=1", "sqs://?predefined_queues=***&a=1"),
    ],
)
def test_a_password_in_a_url_is_masked(url: str, expected: str) -> None:
    assert expected == redact(url)


@pytest.mark.parametrize(
    "url",
    [
        "amqp://127.0.0.1:5672/%2F",
        "http://[::1]:9200",
        "http://h/a@b",
        "sqlite:///var/lib/mqworker/a@b.db",
        "https://elastic@h:9200",
        "localhost:9200",
        "",
    ],
)
def test_a_url_without_a_secret_stays_as_it_is(url: str) -> None:
    assert url == redact(url)


def test_each_url_within_a_text_is_masked() -> None:
    expected = "no answer from amqp://a:***@h/ nor http://c:***@e:9200, gave up"

    assert expected == redact_text("no answer from amqp://a:b@h/ nor http://c:d@e:9200, gave up")


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc", "Zs"]), min_size=1))
def test_no_password_survives_whatever_characters_it_holds(password: str) -> None:
    marked = f"zq{password}qz"

    assert marked not in redact(f"amqp://user:{marked}@host:5672/v")


@pytest.mark.parametrize("part", ["x", "a://", "?", "?password", "http://h?token", "@", "a:b@"])
def test_a_long_text_takes_no_more_time_than_its_length(part: str) -> None:
    text = part * (2**19 // len(part))

    def seconds(most: int) -> float:
        begun = time.process_time()
        redact_text(text[:most])
        return time.process_time() - begun

    seconds(2**10)
    assert seconds(2**19) < 64 * max(seconds(2**15), 0.005)
