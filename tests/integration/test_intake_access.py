"""Who may send: certificates, tokens, passwords, networks; and what is asked for at the start."""

from __future__ import annotations

import base64
import http.client
import signal
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.certificates import Authority
from tests.daemons import Daemon
from tests.intakes import TAKES, IntakeDaemon
from tests.integration.pairs import Embedded

StartIntake = Callable[..., IntakeDaemon]
GOOD = b'{"summary":"good"}'


@pytest.fixture
def broker(tmp_path: Path) -> str:
    return Embedded(tmp_path, "x").broker


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "ca")


def secret(path: Path, text: str) -> str:
    path.write_text(text)
    path.chmod(0o600)
    return str(path)


def basic(name: str, password: str) -> dict[str, str]:
    coded = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"Authorization": f"Basic {coded}"}


def test_tokens_and_passwords_come_from_files(
    start_intake: StartIntake, broker: str, tmp_path: Path
) -> None:
    tokens = secret(tmp_path / "tokens", "# of the web servers\nt0ken-1\n\nt0ken-2\n")
    users = secret(tmp_path / "users", "joe:pass:word\n")
    flags = ("--intake-tokens-file", tokens, "--intake-users-file", users)
    intake = start_intake("--broker", broker, *flags)
    intake.await_words(TAKES)

    told = [
        intake.ask("POST", "/events", GOOD, headers).status
        for headers in (
            {},
            {"Authorization": "Bearer t0ken-3"},
            {"Authorization": "Bearer # of the web servers"},
            {"Authorization": "Bearer t0ken-1"},
            {"Authorization": "ApiKey t0ken-2"},
            basic("joe", "pass:word"),
            basic("joe", "pass"),
        )
    ]

    assert [401, 401, 401, 200, 200, 200, 401] == told
    assert "Basic" in intake.ask("POST", "/events", GOOD).headers["www-authenticate"]
    assert [200, 200, 401, 401] == [
        intake.ask("GET", path).status for path in ("/live", "/ready", "/metrics", "/")
    ]
    assert [] == intake.said("t0ken-1")
    assert [] == intake.said("pass:word")


def test_tokens_are_read_again_on_sighup(
    start_intake: StartIntake, broker: str, tmp_path: Path
) -> None:
    tokens = secret(tmp_path / "tokens", "old\n")
    intake = start_intake("--broker", broker, "--intake-tokens-file", tokens)
    intake.await_words(TAKES)

    def status(token: str) -> int:
        return intake.ask("POST", "/events", GOOD, {"Authorization": f"Bearer {token}"}).status

    assert [200, 401] == [status("old"), status("new")]
    secret(tmp_path / "tokens", "new\n")
    intake.send(signal.SIGHUP)
    intake.await_words("reloaded")
    assert [401, 200] == [status("old"), status("new")]
    secret(tmp_path / "tokens", "")
    intake.send(signal.SIGHUP)
    intake.await_words("reload refused")
    assert [401, 200] == [status("old"), status("new")]


def test_https_and_certificates_of_clients(
    start_intake: StartIntake, broker: str, authority: Authority
) -> None:
    server = authority.issue("localhost", "DNS:localhost,IP:127.0.0.1")
    client = authority.issue("client")
    flags = ("--intake-cert-file", server.certificate, "--intake-key-file", server.key)
    wanted = ("--intake-client-ca-file", authority.root.certificate)
    limit = ("--header-timeout", "1s")
    intake = start_intake("--broker", broker, *limit, *map(str, (*flags, *wanted)))
    intake.await_words(TAKES)
    context = ssl.create_default_context(cafile=str(authority.root.certificate))

    with pytest.raises((ssl.SSLError, http.client.HTTPException, ConnectionError)):
        intake.ask("POST", "/events", GOOD, context=context)
    with socket.create_connection(("127.0.0.1", intake.port), timeout=20) as silent:
        assert b"" == silent.recv(1)  # no handshake within the time limit
    context.load_cert_chain(client.certificate, client.key)
    assert 200 == intake.ask("POST", "/events", GOOD, context=context).status
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    assert 200 == intake.ask("POST", "/events", GOOD, context=context).status
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        intake.ask("POST", "/events", GOOD)


def test_a_route_can_be_for_some_networks_only(start_intake: StartIntake, broker: str) -> None:
    allow = ("--allow", "/nxlog=192.0.2.0/24", "--allow", "/events=127.0.0.0/8")
    intake = start_intake("--broker", broker, *allow)
    intake.await_words(TAKES)

    assert [403, 200, 200] == [
        intake.ask("POST", path, GOOD).status for path in ("/nxlog", "/events", "/cef")
    ]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--listen", "0.0.0.0:0"], "say insecure"),
        (["--listen", "[::]:0"], "say insecure"),
        (["--listen", "127.0.0.1:1", "--listen", "192.0.2.1:8080", "--insecure"], "listen:"),
        (["--listen", "127.0.0.1:0", "--intake-cert-file", "/dev/null"], "intake_key_file"),
        (["--listen", "127.0.0.1:0", "--intake-client-ca-file", "/dev/null"], "intake_cert_file"),
        (["--listen", "127.0.0.1:0", "--intake-users-file", "{bad}"], "line 2: expected NAME:"),
    ],
)
def test_what_can_not_be_or_is_not_safe_ends_with_status_78(
    tmp_path: Path, broker: str, flags: list[str], words: str
) -> None:
    bad = secret(tmp_path / "bad", "joe:x\nnobody\n")
    daemon = IntakeDaemon(
        tmp_path / "log", "--broker", broker, *[flag.format(bad=bad) for flag in flags]
    )

    assert 78 == daemon.wait()
    assert words in daemon.log.read_text()


def test_wrong_credentials_at_the_broker_end_with_status_78(
    tmp_path: Path, rabbitmq: object
) -> None:
    url = f"amqp://nobody:wrong@{rabbitmq.host}:{rabbitmq.port}/"  # type: ignore[attr-defined]
    daemon: Daemon = IntakeDaemon(tmp_path / "log", "--listen", "127.0.0.1:0", "--broker", url)

    assert 78 == daemon.wait()
