from __future__ import annotations

import base64
from ipaddress import ip_network

import pytest

from mqworker.core.intake.access import Access

ACCESS = Access(tokens=("t0ken", "näme"), users={"joe": "pa:ss", "eve": "x"})


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "header",
    ["Bearer t0ken", "bearer  t0ken ", "ApiKey t0ken", basic("joe:pa:ss"), basic("eve:x")],
)
def test_a_known_token_or_password_opens_a_route(header: str) -> None:
    assert ACCESS.refuse("/events", "192.0.2.1", header) is None


@pytest.mark.parametrize(
    "header",
    [
        *("", "Bearer", "Bearer ", "Bearer t0ke", "Bearer t0ken2", "t0ken", "Digest t0ken"),
        *("Basic", "Basic !!!", "Basic /////w==", basic("joe"), basic("joe:"), basic("eve:pa:ss")),
        *(basic("t0ken:"), basic(":t0ken"), "Bearer pa:ss", "Bearer \udcff"),
    ],
)
def test_anything_else_does_not(header: str) -> None:
    refused = ACCESS.refuse("/events", "192.0.2.1", header)

    assert refused
    assert 401 == refused.status
    assert "www-authenticate" in dict(refused.headers)


@pytest.mark.parametrize("route", ["/live", "/ready", "/status"])
def test_who_watches_the_service_needs_no_token(route: str) -> None:
    assert ACCESS.refuse(route, "192.0.2.1", "") is None


def test_without_tokens_and_users_everyone_is_let_in() -> None:
    assert Access().refuse("/events", "192.0.2.1", "") is None


@pytest.mark.parametrize(
    ("route", "address", "status"),
    [
        ("/nxlog", "192.0.2.7", None),
        ("/nxlog", "::ffff:192.0.2.7", None),
        ("/nxlog", "2001:db8::1", None),
        ("/nxlog", "192.0.3.7", 403),
        ("/nxlog", "", 403),
        ("/events", "192.0.3.7", None),
        ("/<index>/_doc", "192.0.3.7", 403),
        ("/", "127.0.0.1", None),
    ],
)
def test_a_named_route_is_for_its_networks_only(
    route: str, address: str, status: int | None
) -> None:
    networks = {
        "/nxlog": (ip_network("192.0.2.0/24"), ip_network("2001:db8::/32")),
        "/": (ip_network("127.0.0.0/8"),),
    }

    refused = Access(networks=networks).refuse(route, address, "")

    assert status == (refused and refused.status)


def test_no_secret_is_in_its_repr() -> None:
    assert not any(secret in repr(ACCESS) for secret in ("t0ken", "pa:ss", "joe"))
