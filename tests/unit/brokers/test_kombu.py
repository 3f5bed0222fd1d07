from __future__ import annotations

import re
import ssl
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from mqworker.brokers.kombu import (
    KombuOptions,
    connection_to,
    open_channel,
    split_options,
    tls_options,
)
from mqworker.brokers.transports import BY_SCHEME, TRANSPORTS, Transport, loses, transport_of
from mqworker.core.errors import Misconfigured

LOSING = {
    "redis",
    "sentinel",
    "sqlalchemy",
    "mongodb",
    "confluentkafka",
    "azurestoragequeues",
    "zookeeper",
    "etcd",
    "consul",
    "filesystem",
    "memory",
}
MODULES = {
    "sqs": "botocore",
    "azureservicebus": "azure",
    "gcpubsub": "google",
    "pgmq": "pgmq",
    "sqlalchemy": "sqlalchemy",
    "mongodb": "pymongo",
    "confluentkafka": "confluent_kafka",
    "azurestoragequeues": "azure",
    "zookeeper": "kazoo",
    "etcd": "etcd",
    "consul": "consul",
}


def connected(url: str, **options: Any) -> Any:
    return connection_to(KombuOptions((url,), **options), url)


@pytest.mark.parametrize("transport", TRANSPORTS, ids=lambda each: each.schemes[0])
def test_the_start_warns_of_every_transport_that_can_lose_and_of_no_other(
    transport: Transport,
) -> None:
    expected = transport.schemes[0] in LOSING
    assert expected == (loses(transport.example) is not None)


@pytest.mark.parametrize("transport", TRANSPORTS, ids=lambda each: each.schemes[0])
def test_every_scheme_of_a_transport_leads_to_its_row_of_the_table(transport: Transport) -> None:
    expected = [transport] * len(transport.schemes)
    assert expected == [transport_of(f"{scheme}://somewhere") for scheme in transport.schemes]


@pytest.mark.parametrize("url", ["SQS://", "sqla+postgresql://u:p@h/d", "redis+socket:///r.sock"])
def test_a_scheme_is_known_in_capitals_and_with_a_database_behind_it(url: str) -> None:
    assert transport_of(url) in TRANSPORTS


@pytest.mark.parametrize("url", ["kafak://host", "host:6379", "", "http://user:secret@host/"])
def test_an_unknown_scheme_is_refused_with_all_that_are_known_and_without_the_password(
    url: str,
) -> None:
    with pytest.raises(Misconfigured) as refusal:
        KombuOptions((url,))
    assert all(scheme in str(refusal.value) for scheme in [*BY_SCHEME, "amqp", "sqlite"])
    assert "secret" not in str(refusal.value)


def test_brokers_of_two_kinds_can_not_stand_in_for_one_another() -> None:
    with pytest.raises(Misconfigured, match="several kinds"):
        KombuOptions(("redis://a", "sqs://"))


def test_no_broker_at_all_is_refused_before_anything_is_opened() -> None:
    with pytest.raises(Misconfigured, match="no broker"):
        KombuOptions(())


def test_transport_options_in_the_query_are_read_and_go_no_further_in_the_url() -> None:
    expected = (
        "redis://h/0?ssl_ca_certs=%2Fca",
        {"visibility_timeout": 90.0, "client_name": "a b"},
    )
    url = "redis://h/0?visibility_timeout=90&ssl_ca_certs=%2Fca&client_name=a+b"
    assert expected == split_options(url, transport_of(url))


@pytest.mark.parametrize("query", ["visibility_timeout=long", "socket_timeout="])
def test_a_transport_option_that_makes_no_sense_is_named_in_the_refusal(query: str) -> None:
    with pytest.raises(Misconfigured, match=query.partition("=")[0]):
        connected(f"redis://h/0?{query}")


def test_an_option_that_the_transport_does_not_have_is_refused_without_the_password() -> None:
    with pytest.raises(Misconfigured, match="visiblity_timeout") as refusal:
        connected("redis://:secret@h/0?visiblity_timeout=90")
    assert "secret" not in str(refusal.value)


def test_a_lease_in_redis_is_a_minute_unless_the_url_says_otherwise() -> None:
    expected = [60.0, 5.0]
    urls = ("redis://h/0", "redis://h/0?visibility_timeout=5")
    assert expected == [connected(url).transport_options["visibility_timeout"] for url in urls]


@pytest.mark.parametrize("scheme", ["rediss", "valkeys"])
def test_tls_to_redis_verifies_the_server_when_nothing_is_said(scheme: str) -> None:
    connection = connected(f"{scheme}://h/0", ca_file=Path("/ca.pem"))
    assert ssl.CERT_REQUIRED == connection.ssl["ssl_cert_reqs"]
    assert connection.ssl["ssl_check_hostname"] is True
    assert connection.ssl["ssl_ca_certs"] == "/ca.pem"


def test_tls_is_what_the_url_says_when_it_says_something() -> None:
    connection = connected("rediss://h/0?ssl_cert_reqs=none&ssl_check_hostname=false")
    assert ssl.CERT_NONE == connection.ssl["ssl_cert_reqs"]


def test_a_password_from_elsewhere_is_used_and_the_one_in_the_url_goes_before() -> None:
    expected = [("u", "p"), ("v", "q")]
    other = {"user": "u", "password": "p"}
    found = [connected(url, **other) for url in ("redis://h", "redis://v:q@h")]
    assert expected == [(each.userid, each.password) for each in found]


def test_no_password_is_in_what_the_options_look_like() -> None:
    secret = "hunter2"  # noqa: S105
    assert secret not in repr(KombuOptions((f"redis://:{secret}@h",), password=secret))


def test_a_certificate_is_not_looked_at_when_the_operator_says_so() -> None:
    connection = connected("rediss://h", tls_verify=False)
    assert (ssl.CERT_NONE, False) == (
        connection.ssl["ssl_cert_reqs"],
        connection.ssl["ssl_check_hostname"],
    )


def test_a_client_certificate_is_shown_to_redis_with_its_key() -> None:
    options = KombuOptions(
        ("rediss://h",), certificate_file=Path("/c.pem"), key_file=Path("/k.pem")
    )
    shown = tls_options(options)
    assert (shown["ssl_certfile"], shown["ssl_keyfile"]) == ("/c.pem", "/k.pem")


def test_sentinels_are_asked_all_at_once_and_other_brokers_in_turn() -> None:
    sentinels = ("sentinel://a:1/0?master_name=m", "sentinel://b:2")
    options = KombuOptions(sentinels)
    assert options.targets == sentinels[:1]
    assert connection_to(options, options.targets[0]).alt == list(sentinels)
    assert KombuOptions(("redis://a", "redis://b")).targets == ("redis://a", "redis://b")


def test_a_directory_of_the_filesystem_transport_is_made_where_the_url_says(tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    options = connected(f"filesystem://{folder}").transport_options
    assert folder.is_dir()
    assert {options["data_folder_in"], options["data_folder_out"]} == {folder}


def test_the_filesystem_transport_needs_an_absolute_path() -> None:
    with pytest.raises(Misconfigured, match="filesystem:///var"):
        connected("filesystem://spool")


def hide_botocore(patch: pytest.MonkeyPatch) -> None:
    """Let kombu find none of Amazon's packages, which the tests of CloudTrail need."""
    of_kombu = ("kombu.transport.SQS", "kombu.asynchronous.aws")
    for name in [name for name in sys.modules if name.startswith(of_kombu)]:
        patch.delitem(sys.modules, name)
    for name in ("boto3", "botocore", "botocore.client"):
        patch.setitem(sys.modules, name, None)


@pytest.mark.parametrize("scheme", MODULES)
def test_a_package_that_is_missing_is_named_with_the_line_that_installs_it(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if MODULES[scheme] == "botocore":
        hide_botocore(monkeypatch)
    elif find_spec(MODULES[scheme]):
        pytest.skip(f"{MODULES[scheme]} is installed here")
    transport = BY_SCHEME[scheme]
    with pytest.raises(Misconfigured, match=re.escape(f"pip install '{transport.package}'")):
        open_channel(KombuOptions((transport.example,)), connected(transport.example))


def test_every_transport_that_needs_a_package_is_tried_without_it() -> None:
    expected = {each.schemes[0] for each in TRANSPORTS if each.package}
    assert expected == set(MODULES)
