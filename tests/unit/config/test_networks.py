from __future__ import annotations

import pytest

from mqworker.config.kinds import Unfit
from mqworker.config.networks import (
    ADDRESS,
    ALLOWANCE,
    is_loopback,
    networks_by_route,
    split_address,
)


@pytest.mark.parametrize(
    ("text", "split", "loopback"),
    [
        ("127.0.0.1:8080", ("127.0.0.1", 8080), True),
        ("127.9.9.9:0", ("127.9.9.9", 0), True),
        ("[::1]:8080", ("::1", 8080), True),
        ("localhost:80", ("localhost", 80), True),
        ("0.0.0.0:8080", ("0.0.0.0", 8080), False),  # noqa: S104 - it is what is to be noticed
        ("[::]:65535", ("::", 65535), False),
        ("intake.example.org:443", ("intake.example.org", 443), False),
    ],
)
def test_an_address_has_a_host_and_a_port(
    text: str, split: tuple[str, int], loopback: bool
) -> None:
    assert text == ADDRESS.accept(text)
    assert split == split_address(text)
    assert loopback == is_loopback(text)


@pytest.mark.parametrize("text", ["", "8080", ":8080", "host", "::1:8080", "h:65536", "a b:1", 1])
def test_what_is_no_address_is_refused(text: object) -> None:
    with pytest.raises(Unfit):
        ADDRESS.accept(text)


def test_a_route_has_all_the_networks_that_are_named_for_it() -> None:
    given = ("/nxlog=192.0.2.0/24", "/events=2001:db8::/32", "/nxlog=198.51.100.7")

    found = networks_by_route(tuple(ALLOWANCE.accept(each) for each in given))

    assert {"/nxlog": ["192.0.2.0/24", "198.51.100.7/32"], "/events": ["2001:db8::/32"]} == {
        route: [str(network) for network in networks] for route, networks in found.items()
    }


@pytest.mark.parametrize("text", ["/event=10.0.0.0/8", "/events", "/events=10.0.0.1/8", "=x", 1])
def test_what_allows_nothing_sensible_is_refused(text: object) -> None:
    with pytest.raises(Unfit):
        ALLOWANCE.accept(text)
