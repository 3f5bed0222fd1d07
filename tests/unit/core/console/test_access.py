from __future__ import annotations

import pytest

from mqworker.core.console.access import POLICY, Access, bearer, cookie

OWN = {"host": "127.0.0.1:8090", "origin": "http://127.0.0.1:8090"}


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:8090", "localhost:9000", "LOCALHOST", "[::1]:8090", "127.0.0.2", "localhost:8090"],
)
def test_names_of_this_machine_are_known_at_any_port(host: str) -> None:
    assert Access("t").knows_host(host)


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example.org:8090", "127.0.0.1.evil.example.org", "localhost.evil.example.org", ""),
        *("192.0.2.1", "127.0.0.1:8090@evil.example.org", "localhost:port", "127.0.0.1:8090/x"),
        *(
            "console.example.org",
            "[::1",
            "[2001:db8::1]:8090",
            "0",
            "2130706433",
            " localhost",
        ),
    ],
)
def test_a_strangers_name_that_leads_here_is_not_known(host: str) -> None:
    assert not Access("t").knows_host(host)


def test_behind_a_proxy_its_name_is_known_and_no_other() -> None:
    access = Access("t", "https://console.example.org")

    assert access.knows_host("Console.example.org")
    assert not access.knows_host("console.example.org:8443")
    assert not access.knows_host("other.example.org")
    assert access.is_encrypted


def test_a_form_of_the_console_itself_is_its_own() -> None:
    assert Access("t").is_own(OWN)
    assert Access("t").is_own(OWN | {"sec-fetch-site": "same-origin"})


@pytest.mark.parametrize(
    "other",
    [
        *({"origin": "http://evil.example.org"}, {"origin": "null"}, {"origin": ""}),
        *({"origin": "http://127.0.0.1:9999"}, {"origin": "https://127.0.0.1:8090"}),
        *({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}),
        *({"sec-fetch-site": "none"}, {"origin": "http://localhost:8090"}),
    ],
)
def test_a_form_of_another_page_is_not(other: dict[str, str]) -> None:
    assert not Access("t").is_own(OWN | other)


def test_a_form_that_does_not_say_whose_it_is_is_not_ours() -> None:
    assert not Access("t").is_own({"host": "127.0.0.1:8090"})


def test_behind_a_proxy_forms_come_from_its_origin_whether_or_not_it_keeps_the_host() -> None:
    access = Access("t", "https://console.example.org")
    shown = {"origin": "https://console.example.org"}

    assert access.is_own(shown | {"host": "console.example.org"})
    assert access.is_own(shown | {"host": "127.0.0.1:8090"})
    assert access.is_own(OWN)
    assert not access.is_own(
        {"host": "console.example.org", "origin": "http://console.example.org"}
    )


@pytest.mark.parametrize("given", ["", "tokens", "Token", "\udce9", "token\0"])
def test_only_the_token_lets_in(given: str) -> None:
    assert Access("token").lets_in("token")
    assert not Access("token").lets_in(given)


def test_no_token_is_shown() -> None:
    assert "secret" not in repr(Access("secret"))


def test_a_programs_token_is_read_from_its_header() -> None:
    assert "t" == bearer({"authorization": "Bearer t"}) == bearer({"authorization": "bearer  t "})
    assert "" == bearer({"authorization": "Basic t"}) == bearer({})


def test_a_cookie_is_found_by_its_whole_name() -> None:
    headers = {"cookie": "xc=1; c=2; c=3; d"}

    assert "2" == cookie(headers, "c")
    assert "" == cookie(headers, "d") == cookie(headers, "e") == cookie({}, "c")


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert POLICY.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in POLICY
