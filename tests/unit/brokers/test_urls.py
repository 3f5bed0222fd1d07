from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqworker.brokers.urls import parse
from mqworker.core.errors import Misconfigured


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("amqp://h", ("h", 5672, "/", False, None, None)),
        ("amqps://h", ("h", 5671, "/", True, None, None)),
        ("AMQP://H:1/", ("h", 1, "/", False, None, None)),
        ("amqp://guest:guest@h:5672//", ("h", 5672, "/", False, "guest", "guest")),
        ("amqp://guest:guest@h:5672/%2F", ("h", 5672, "/", False, "guest", "guest")),
        ("amqp://h/events", ("h", 5672, "events", False, None, None)),
        ("amqp://h/a%2Fb%40c", ("h", 5672, "a/b@c", False, None, None)),
        ("amqp://u%40x:p%2F%25%C3%A4@h/v", ("h", 5672, "v", False, "u@x", "p/%ä")),
        ("amqp://u:a@b@h/v", ("h", 5672, "v", False, "u", "a@b")),
        ("amqp://u:@h/v", ("h", 5672, "v", False, "u", "")),
        ("amqp://[::1]:5673/v", ("::1", 5673, "v", False, None, None)),
    ],
)
def test_a_broker_url_is_read_into_its_parts(url: str, expected: tuple[object, ...]) -> None:
    found = parse(url)

    assert expected == (
        found.host,
        found.port,
        found.vhost,
        found.tls,
        found.user,
        found.password,
    )


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://h/", "neither with amqp://"),
        ("h:5672", "neither with amqp://"),
        ("amqp:///v", "names no host"),
        ("amqp://h:0/v", "port 0"),
        ("amqp://h:70000/v", "65535"),
        ("amqp://h:x/v", "65535"),
        ("amqp://[::1/v", "square brackets"),
        ("amqp://u:hidden/x@h/v", "%2F"),
        ("amqp://u:hidden#x@h/v", "%23"),
        ("amqp://h/a/b", "second /"),
        ("amqp://h/a%zz", "virtual host"),
        ("amqp://u:hidden%@h/v", "password"),
        ("amqp://u%ff:hidden@h/v", "user"),
        ("amqp://u:hidden@h/v?heartbeat=5", "options of mqworker"),
    ],
)
def test_a_wrong_broker_url_says_where_and_why_without_its_password(url: str, why: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        parse(url)

    assert why in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_neither_the_shown_url_nor_the_repr_holds_the_password() -> None:
    found = parse("amqp://u:hidden@h/v")

    assert "amqp://u:***@h/v" == found.shown
    assert "hidden" not in repr(found)


@given(user=st.text(min_size=1), password=st.text(), vhost=st.text(min_size=1))
def test_percent_encoded_parts_come_back_as_they_were(user: str, password: str, vhost: str) -> None:
    found = parse(f"amqp://{quote(user, safe='')}:{quote(password, safe='')}@h/{quote(vhost, '')}")

    assert (user, password, vhost) == (found.user, found.password, found.vhost)
