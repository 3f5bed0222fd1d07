"""amqps: whom the client trusts, and how it proves who it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mqworker.core.errors import Misconfigured
from mqworker.core.message import PlainProperties, Publication
from mqworker.publishers.rabbitmq import RabbitmqPublisher
from tests.certificates import Authority
from tests.contract.traffic import bodies, numbered, take
from tests.integration.amqp import QUEUE, consuming, options, send
from tests.services import choice, fixtures
from tests.services.rabbitmq import Rabbitmq
from tests.services.scratch import Scratch

CONFIG = """
listeners.ssl.1 = {address}:{tls_port}
ssl_options.cacertfile = {files}/ca.pem
ssl_options.certfile = {files}/server.pem
ssl_options.keyfile = {files}/server.key
ssl_options.verify = verify_peer
ssl_options.fail_if_no_peer_cert = false
ssl_cert_login_from = common_name
auth_mechanisms.1 = PLAIN
auth_mechanisms.2 = EXTERNAL
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def broker(_scratch: Scratch, authority: Authority) -> Iterator[Rabbitmq]:
    server = authority.issue("server", "IP:127.0.0.1")
    files = {
        "ca.pem": authority.root.certificate.read_bytes(),
        "server.pem": server.certificate.read_bytes(),
        "server.key": server.key.read_bytes(),
    }
    plugins = ["rabbitmq_auth_mechanism_ssl"]
    for start in fixtures._factory(choice.rabbitmq_node, _scratch):
        yield start(CONFIG, plugins, files)


@pytest.fixture
def ca_file(authority: Authority) -> str:
    return str(authority.root.certificate)


def secure(broker: Rabbitmq, user: str = "guest:guest@", host: str = "") -> str:
    return f"amqps://{user}{host or broker.host}:{broker.tls_port}/"


def refusal(url: str, **changes: Any) -> str:
    with consuming(url, **changes) as source, pytest.raises(Misconfigured) as caught:
        source.receive(1, 20.0)
    return str(caught.value)


pytestmark = pytest.mark.services


def test_messages_come_over_tls_from_a_broker_that_the_authority_vouches_for(
    broker: Rabbitmq, ca_file: str
) -> None:
    send(broker.url, numbered(2000))

    with consuming(secure(broker), ca_file=ca_file) as source:
        deliveries = take(source, 500)
        source.settle([delivery.tag for delivery in deliveries])
        while len(deliveries) < 2000:
            more = take(source, 500)
            source.settle([delivery.tag for delivery in more])
            deliveries += more

    assert numbered(2000) == bodies(deliveries)


def test_a_certificate_of_an_unknown_authority_is_refused(broker: Rabbitmq, tmp_path: Path) -> None:
    stranger = Authority(tmp_path / "stranger")

    assert "(CA)" in refusal(secure(broker), ca_file=str(stranger.root.certificate))
    assert "(CA)" in refusal(secure(broker))


def test_a_certificate_for_another_host_is_refused(broker: Rabbitmq, ca_file: str) -> None:
    told = refusal(secure(broker, host="localhost"), ca_file=ca_file)

    assert "Hostname mismatch" in told
    assert "the name that the certificate is for" in told


def test_any_certificate_is_taken_where_verification_is_off(broker: Rabbitmq) -> None:
    send(broker.url, [b"x"])

    with consuming(secure(broker, host="localhost"), tls_verify=False) as source:
        deliveries = take(source, 1)
        source.settle([delivery.tag for delivery in deliveries])

    assert [b"x"] == bodies(deliveries)


def test_the_user_that_a_client_certificate_names_logs_in_without_password(
    broker: Rabbitmq, authority: Authority, ca_file: str
) -> None:
    broker.manage("PUT", "/api/users/shipper", {"password_hash": "", "tags": ""})
    rights = {"configure": ".*", "write": ".*", "read": ".*"}
    broker.manage("PUT", "/api/permissions/%2F/shipper", rights)
    client = authority.issue("shipper")
    changes = {
        "auth": "external",
        "ca_file": ca_file,
        "cert_file": str(client.certificate),
        "key_file": str(client.key),
    }
    url = secure(broker, user="")

    publisher = RabbitmqPublisher(options(url, **changes), options(url, **changes).topology)
    publisher.publish([Publication(b"x", PlainProperties(), "", QUEUE)])
    publisher.close()
    with consuming(url, **changes) as source:
        deliveries = take(source, 1)
        source.settle([delivery.tag for delivery in deliveries])

    assert [b"x"] == bodies(deliveries)


def test_a_client_certificate_without_a_user_is_refused_with_the_way_out(
    broker: Rabbitmq, authority: Authority, ca_file: str
) -> None:
    client = authority.issue("nobody")
    files = {"cert_file": str(client.certificate), "key_file": str(client.key)}

    told = refusal(secure(broker, user=""), auth="external", ca_file=ca_file, **files)

    assert "ACCESS_REFUSED - Login was refused using authentication mechanism EXTERNAL" in told
    assert "for EXTERNAL that the certificate's user exists" in told


def test_external_at_a_broker_without_the_plugin_is_refused_with_the_way_out(
    broker: Rabbitmq, authority: Authority, ca_file: str
) -> None:
    broker.ctl("eval", "application:set_env(rabbit, auth_mechanisms, ['PLAIN']).")
    client = authority.issue("someone")
    files = {"cert_file": str(client.certificate), "key_file": str(client.key)}
    try:
        told = refusal(secure(broker, user=""), auth="external", ca_file=ca_file, **files)
    finally:
        both = "application:set_env(rabbit, auth_mechanisms, ['PLAIN', 'EXTERNAL'])."
        broker.ctl("eval", both)

    assert "EXTERNAL" in told
    assert "auth_mechanisms" in told


def test_tls_at_a_port_without_it_is_refused_with_a_hint(broker: Rabbitmq, ca_file: str) -> None:
    url = broker.url.replace("amqp:", "amqps:")

    assert "is this the broker's TLS port" in refusal(url, ca_file=ca_file)


def test_no_tls_at_a_tls_port_is_an_outage(
    broker: Rabbitmq, caplog: pytest.LogCaptureFixture
) -> None:
    with consuming(secure(broker).replace("amqps:", "amqp:"), connect_timeout_s=1) as source:
        for _ in range(5):
            assert [] == source.receive(1, 0.2)

    assert "broker lost" in caplog.text


@pytest.mark.parametrize("name", ["ca_file", "cert_file"])
def test_a_tls_file_that_is_not_there_is_named(name: str) -> None:
    told = refusal("amqps://127.0.0.1:1/", **{name: "/no/such/file"})

    assert "/no/such/file" in told
    assert "No such file" in told
