"""Encryption, credentials and privileges: what the sink trusts, and what it may do."""

from __future__ import annotations

import hashlib
import ssl
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mqworker.core.errors import Misconfigured, SinkUnavailable
from mqworker.core.message import Amendment, Document, Place
from mqworker.sinks.elasticsearch import ElasticsearchOptions, ElasticsearchSink
from mqworker.sinks.template import VERSION
from tests.services import choice
from tests.services.elasticsearch import Elasticsearch
from tests.services.fixtures import _factory
from tests.services.scratch import Scratch
from tests.stubs.scripted import scripted

DOCUMENTS = [Document("events-20260214", f"id-{n}", b"{}") for n in range(3)]
OLD = Document("events-20260214", "id-0", b"{}", ("events-20260213",))
PLACE = Place("events-20260214", "id-0")

PASSWORD = "not $ecret: a/b@c"  # noqa: S105
SECURE = """
xpack.security.http.ssl.enabled: true
xpack.security.http.ssl.certificate: {files}/cert.pem
xpack.security.http.ssl.key: {files}/key.pem
"""
ROLES = """
worker:
  cluster: [monitor]
  indices:
    - names: ["events*"]
      privileges: [index, auto_configure, read]
installer:
  cluster: [monitor, manage_index_templates]
  indices:
    - names: ["events*"]
      privileges: [view_index_metadata]
reader:
  indices:
    - names: ["events*"]
      privileges: [read]
"""


class Authority:
    """Makes certificates with openssl; `certificate` is its own."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir()
        self.directory = directory
        self.certificate = str(directory / "ca.pem")
        usage = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"]
        self.openssl(
            "req", "-x509", "-subj", "/CN=authority", *usage, "-out", "ca.pem", key="ca.key"
        )

    def issue(self, name: str, subject: str) -> tuple[str, str]:
        """Return the files of a certificate for `subject` (IP:… or DNS:…) and of its key."""
        extensions = f"subjectAltName={subject}\nauthorityKeyIdentifier=keyid\n"
        (self.directory / "extensions").write_text(extensions)
        self.openssl("req", "-subj", f"/CN={name}", "-out", f"{name}.csr", key=f"{name}.key")
        by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "extensions"]
        self.run("x509", "-req", "-in", f"{name}.csr", *by, "-days", "2", "-out", f"{name}.pem")
        return str(self.directory / f"{name}.pem"), str(self.directory / f"{name}.key")

    def openssl(self, *argv: str, key: str) -> None:
        self.run(*argv, "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-days", "2")

    def run(self, *argv: str) -> None:
        command = ["openssl", *argv]
        subprocess.run(command, cwd=self.directory, check=True, capture_output=True, timeout=60)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls") / "authority")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls") / "stranger")


def serving(authority: Authority, subject: str = "IP:127.0.0.1") -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*authority.issue("server", subject))
    return context


def outcomes(url: str, **options: Any) -> list[str]:
    given = ElasticsearchOptions(urls=(url,), timeout_s=10, **options)
    with closing(ElasticsearchSink(given)) as sink:
        return [outcome.status for outcome in sink.write(DOCUMENTS)]


def test_a_server_vouched_for_by_the_named_authority_is_trusted(authority: Authority) -> None:
    with scripted(tls=serving(authority)) as server:
        assert outcomes(server.url, ca_file=authority.certificate) == ["stored"] * 3


def test_a_server_that_nobody_vouches_for_gets_no_document(
    authority: Authority, stranger: Authority
) -> None:
    with scripted(tls=serving(stranger)) as server:
        assert outcomes(server.url, ca_file=authority.certificate) == ["retry"] * 3
        assert outcomes(server.url) == ["retry"] * 3

    assert server.requests == []


def test_a_certificate_of_another_host_is_not_trusted(authority: Authority) -> None:
    with scripted(tls=serving(authority, "DNS:elsewhere.example.com")) as server:
        assert outcomes(server.url, ca_file=authority.certificate) == ["retry"] * 3

    assert server.requests == []


def test_an_authority_of_the_system_is_not_trusted_beside_the_named_one(
    authority: Authority, stranger: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", stranger.certificate)
    with scripted(tls=serving(stranger)) as server:
        assert outcomes(server.url) == ["stored"] * 3
        assert outcomes(server.url, ca_file=authority.certificate) == ["retry"] * 3


def test_without_a_check_any_certificate_will_do_and_nothing_warns(stranger: Authority) -> None:
    with scripted(tls=serving(stranger, "DNS:elsewhere.example.com")) as server:
        assert outcomes(server.url, verify_certificates=False) == ["stored"] * 3


def test_the_own_certificate_is_shown_to_a_server_that_asks_for_it(authority: Authority) -> None:
    certificate, key = authority.issue("worker", "DNS:worker.example.com")
    asking = serving(authority)
    asking.verify_mode = ssl.CERT_REQUIRED
    asking.load_verify_locations(authority.certificate)
    own = {"certificate_file": certificate, "key_file": key}

    with scripted(tls=asking) as server:
        assert outcomes(server.url, ca_file=authority.certificate, **own) == ["stored"] * 3
        assert outcomes(server.url, verify_certificates=False, **own) == ["stored"] * 3
        assert outcomes(server.url, ca_file=authority.certificate) == ["retry"] * 3


def test_a_server_without_trust_is_a_matter_of_configuration_at_the_start(
    authority: Authority, stranger: Authority
) -> None:
    with scripted(tls=serving(stranger)) as server:
        options = ElasticsearchOptions(urls=(server.url,), ca_file=authority.certificate)
        with closing(ElasticsearchSink(options)) as sink, pytest.raises(Misconfigured) as raised:
            sink.verify()

    assert "certificate verify failed" in str(raised.value)


def test_a_server_without_encryption_is_unavailable_by_https(authority: Authority) -> None:
    with scripted() as server:
        url = server.url.replace("http:", "https:")
        options = ElasticsearchOptions(urls=(url,), ca_file=authority.certificate)
        with closing(ElasticsearchSink(options)) as sink:
            with pytest.raises((Misconfigured, SinkUnavailable)):
                sink.verify()
            assert [each.status for each in sink.write(DOCUMENTS)] == ["retry"] * 3


@pytest.fixture(scope="module", params=["9", "8"])
def secure(
    request: pytest.FixtureRequest, _scratch: Scratch, authority: Authority
) -> Iterator[Elasticsearch]:
    """A node that asks who we are, by https, with users of its own files."""
    certificate, key = (Path(each).read_bytes() for each in authority.issue("node", "IP:127.0.0.1"))
    names = ("worker", "installer", "reader")
    files = {
        "cert.pem": certificate,
        "key.pem": key,
        "roles.yml": ROLES.encode(),
        "users": "".join(f"{name}:{hashed(name)}\n" for name in names).encode(),
        "users_roles": "".join(f"{name}:{name}\n" for name in names).encode(),
    }
    for start in _factory(choice.elasticsearch_node, _scratch):
        yield start(SECURE, PASSWORD, files, request.param)


def hashed(password: str) -> str:
    return f"{{SHA}}{b64encode(hashlib.sha1(password.encode()).digest()).decode()}"  # noqa: S324


@pytest.fixture
def address(secure: Elasticsearch) -> Iterator[str]:
    """The node's URL without credentials; nothing is left in it after the test."""
    yield "https://" + secure.url.rpartition("@")[2]
    for name in secure.ask("GET", "/events*/_alias").body:
        secure.ask("DELETE", f"/{name}")
    secure.ask("DELETE", "/_index_template/mqworker-events")


def log_in(url: str, authority: Authority, name: str, password: str | None = None) -> Any:
    options = ElasticsearchOptions(
        urls=(url,), ca_file=authority.certificate, username=name, password=password or name
    )
    return closing(ElasticsearchSink(options))


@pytest.mark.services
def test_an_installer_sets_up_and_a_worker_then_needs_no_privilege_for_it(
    address: str, authority: Authority
) -> None:
    with log_in(address, authority, "installer") as installer:
        assert installer.setup().endswith(f"version {VERSION} installed")
    with log_in(address, authority, "worker") as worker:
        assert worker.verify().endswith(f"version {VERSION}")
        assert [each.status for each in worker.write(DOCUMENTS)] == ["stored"] * 3
        assert [each.status for each in worker.write([OLD])] == ["duplicate"]
        (stored,) = worker.fetch([PLACE])
        assert stored is not None
        completed = Amendment(PLACE, b'{"n":1}', stored.version)
        assert [each.status for each in worker.amend([completed, completed])] == [
            "stored",
            "duplicate",
        ]


@pytest.mark.services
def test_a_worker_without_template_and_privilege_is_told_what_is_missing(
    address: str, authority: Authority
) -> None:
    with log_in(address, authority, "worker") as worker, pytest.raises(Misconfigured) as raised:
        worker.verify()

    told = str(raised.value)
    assert "mqworker-events is missing" in told
    assert "manage_index_templates" in told


@pytest.mark.services
@pytest.mark.parametrize(
    ("name", "lacking"),
    [
        ("installer", ["privilege index", "auto_configure", "read"]),
        ("reader", ["the cluster privilege monitor", "privilege index", "auto_configure"]),
    ],
)
def test_a_worker_that_may_not_write_is_told_each_privilege(
    address: str, authority: Authority, name: str, lacking: list[str]
) -> None:
    with log_in(address, authority, name) as sink, pytest.raises(Misconfigured) as raised:
        sink.verify()

    assert [each for each in lacking if each not in str(raised.value)] == []


@pytest.mark.services
def test_a_wrong_password_is_a_matter_of_configuration_and_costs_no_document(
    address: str, authority: Authority
) -> None:
    with log_in(address, authority, "worker", "wrong") as sink:
        with pytest.raises(Misconfigured, match="credentials"):
            sink.verify()
        assert [each.status for each in sink.write(DOCUMENTS)] == ["retry"] * 3
        assert "401 security_exception" in sink.complained[0]


@pytest.mark.services
def test_a_privilege_taken_away_while_at_work_costs_no_document(
    address: str, authority: Authority
) -> None:
    with log_in(address, authority, "reader") as sink:
        assert [each.status for each in sink.write(DOCUMENTS)] == ["retry"] * 3
        assert "403 security_exception" in sink.complained[0]
    with log_in(address, authority, "worker") as sink:
        sink.write(DOCUMENTS)
    with log_in(address, authority, "reader") as sink:
        outcomes = sink.amend([Amendment(PLACE, b"{}", (0, 1))])
        assert [each.status for each in outcomes] == ["retry"]


@pytest.mark.services
def test_every_privilege_by_the_credentials_within_the_url_will_do(
    secure: Elasticsearch, address: str, authority: Authority
) -> None:
    assert address
    options = ElasticsearchOptions(urls=(secure.url,), ca_file=authority.certificate)
    with closing(ElasticsearchSink(options)) as sink:
        assert sink.verify().startswith(f"Elasticsearch {secure.version}, ")
        assert [each.status for each in sink.write(DOCUMENTS)] == ["stored"] * 3
