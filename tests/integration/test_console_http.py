"""The console's server: bounds on time, size and number, and who is let in, over real sockets."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import orjson
import pytest

from tests.consoles import ConsoleDaemon
from tests.daemons import Daemon, await_condition
from tests.intakes import read_all


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleDaemon]:
    """A console before the embedded broker and store, with a token of a file."""
    directory = tmp_path_factory.mktemp("console")
    (directory / "token").write_text("t" * 32 + "\n")
    (directory / "token").chmod(0o600)
    daemon = ConsoleDaemon(
        directory / "log",
        *("--console-listen", "127.0.0.1:0", "--broker", f"sqlite:///{directory}/broker.db"),
        *("--sink", f"sqlite:///{directory}/sink.db"),
        *("--console-token-file", f"{directory}/token"),
    )
    assert daemon.port
    yield daemon
    daemon.discard()
    print(daemon.log.read_text()[-3000:])  # noqa: T201 - pytest shows it when a test failed


def get(path: str, *headers: str, host: str = "127.0.0.1") -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def status(answer: bytes) -> int:
    return int(answer[9:12])


def test_a_token_of_a_file_lets_in_and_is_told_nowhere(console: ConsoleDaemon) -> None:
    console.cookie = ""
    assert 401 == console.ask("GET", "/").status
    assert 303 == console.ask("GET", f"/?token={'t' * 32}").status
    assert "tttt" not in console.log.read_text()


def test_the_address_is_printed_for_programs_too(tmp_path: Path) -> None:
    where = ("--broker", f"sqlite:///{tmp_path}/b.db", "--sink", f"sqlite:///{tmp_path}/s.db")
    daemon = Daemon(
        tmp_path / "log",
        *("--json", "--console-listen", "[::1]:0", *where),
        command="console",
    )
    await_condition(lambda: "token=" in daemon.log.read_text(), 60, daemon.log)
    addresses = [orjson.loads(line).get("address") for line in daemon.lines]
    assert 0 == daemon.stop()

    (address,) = filter(None, addresses)
    assert re.fullmatch(r"http://\[::1\]:\d+/\?token=[\w-]{43}", address)


@pytest.mark.parametrize("path", ["/", "/letters", "/api/overview", "/../../../etc/passwd"])
def test_under_a_strangers_name_nothing_is_served(console: ConsoleDaemon, path: str) -> None:
    assert 421 == status(console.raw(get(path, host="rebound.example.org")))


def test_without_a_host_or_with_two_nothing_is_served(console: ConsoleDaemon) -> None:
    assert 421 == status(console.raw(b"GET / HTTP/1.0\r\n\r\n"))
    assert 421 == status(console.raw(get("/", "Host: localhost")))


@pytest.mark.parametrize(
    "path",
    ["/../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/console.css/..%2fapp.py", "/..%5c..%5cetc"],
)
def test_no_path_leads_out(console: ConsoleDaemon, path: str) -> None:
    answer = console.raw(get(path))

    assert 404 == status(answer)
    assert b"root:" not in answer


def test_headers_and_paths_are_bounded(console: ConsoleDaemon) -> None:
    assert 431 == status(console.raw(get("/", "X: " + "y" * 100_000)))
    assert 431 == status(console.raw(get("/" + "y" * 100_000)))
    assert 431 == status(console.raw(get("/", *[f"X{n}: y" for n in range(20_000)])))


@pytest.mark.parametrize(
    "data", [b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/9.9\r\n\r\n", b"GET\r\n\r\n", b"\xff" * 5000]
)
def test_what_is_no_http_is_answered_400(console: ConsoleDaemon, data: bytes) -> None:
    assert 400 == status(console.raw(data))


def test_a_form_that_is_too_large_is_refused(console: ConsoleDaemon) -> None:
    head = (
        f"POST /enter HTTP/1.1\r\nHost: 127.0.0.1:{console.port}\r\nOrigin: {console.url}\r\n"
        "Connection: close\r\nContent-Length: 200000\r\n\r\n"
    )

    assert 413 == status(console.raw(head.encode() + b"x" * 200_000))


def test_many_slow_clients_do_not_keep_others_out_for_longer_than_the_bound(
    console: ConsoleDaemon,
) -> None:
    with ExitStack() as held:
        slow = []
        for _ in range(100):
            each = held.enter_context(socket.create_connection(("127.0.0.1", console.port)))
            each.sendall(b"GET / HTTP/1.1\r\nX: ")
            slow.append(each)
        until = time.monotonic() + 30
        while True:
            try:
                assert 401 == status(console.raw(get("/")))
                break
            except (AssertionError, ValueError, OSError):
                assert time.monotonic() < until, "nobody else gets in"
                time.sleep(0.5)
        slow[0].settimeout(20)
        assert read_all(slow[0]).startswith((b"HTTP/1.1 408", b""))


def test_a_port_that_is_taken_is_a_wrong_configuration(
    console: ConsoleDaemon, tmp_path: Path
) -> None:
    where = f"127.0.0.1:{console.port}"
    other = Daemon(tmp_path / "log", "--console-listen", where, command="console")
    assert 78 == other.wait()
    assert f"console_listen: {where}: " in other.log.read_text()
