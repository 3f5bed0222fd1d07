from __future__ import annotations

import subprocess
import sys

import pytest

from mqworker.config.secret import Secret
from mqworker.config.settings import Settings
from mqworker.core.errors import Misconfigured
from mqworker.wiring.console import origin_of, require_loopback, token_of


@pytest.mark.parametrize("address", ["0:8090", "192.0.2.1:8090", "[::]:80", "example.org:80"])
def test_it_listens_on_this_machine_only_and_says_how_to_come_from_others(address: str) -> None:
    with pytest.raises(Misconfigured, match=r"can be reached from other machines.*ssh -L"):
        require_loopback(Settings(console_listen=address))


@pytest.mark.parametrize("address", ["127.0.0.1:8090", "[::1]:8090", "localhost:0"])
def test_every_address_of_this_machine_alone_will_do(address: str) -> None:
    require_loopback(Settings(console_listen=address))


def test_a_token_is_a_new_one_each_time_or_the_one_of_a_file() -> None:
    assert token_of(Settings()) != token_of(Settings())
    assert len(token_of(Settings())) > 40
    assert "x" * 20 == token_of(Settings(console_token=Secret(f" {'x' * 20}\n")))


def test_a_token_that_could_be_guessed_is_refused_and_not_shown() -> None:
    with pytest.raises(Misconfigured, match="has 7 characters, and needs 20") as refused:
        token_of(Settings(console_token=Secret("letmein")))
    assert "letmein" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (None, ""),
        ("https://Console.example.org/", "https://console.example.org"),
        ("https://console.example.org:443", "https://console.example.org"),
        ("http://console:8080", "http://console:8080"),
    ],
)
def test_an_origin_is_written_as_browsers_do(given: str | None, meant: str) -> None:
    assert meant == origin_of(Settings(console_origin=given))


@pytest.mark.parametrize("given", ["https://h/console", "https://h/?a", "https://u:secret@h"])
def test_an_origin_that_names_more_than_a_host_is_refused(given: str) -> None:
    with pytest.raises(Misconfigured, match="at the root of its host") as refused:
        origin_of(Settings(console_origin=given))
    assert "secret" not in str(refused.value)


def test_it_needs_no_packages_of_the_intake() -> None:
    needless = "import sys; sys.modules |= {'opentelemetry': None, 'google.protobuf': None}; "

    done = subprocess.run(
        [sys.executable, "-c", needless + "import mqworker.wiring.console"], check=False
    )
    assert 0 == done.returncode
