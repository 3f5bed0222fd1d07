from pathlib import Path

import pytest
import redis
from redis.exceptions import NoPermissionError, ReadOnlyError, ResponseError

from mqworker.core.errors import MemoryUnavailable, Misconfigured
from mqworker.memories.redis_server import RedisMemoryOptions, explained, open_client


def told(url: str, **options: object) -> dict[str, object]:
    """Return what the connections to a URL are made with."""
    client = open_client(RedisMemoryOptions(url, **options))
    return {"tls": client.connection_pool.connection_class.__name__ == "SSLConnection"} | (
        client.connection_pool.connection_kwargs
    )


@pytest.mark.parametrize(
    ("url", "tls"),
    [
        ("redis://host", False),
        ("valkey://host:7000/1", False),
        ("rediss://user:secret@host/0", True),
        ("VALKEYS://[2001:db8::1]:6380/", True),
    ],
)
def test_every_scheme_of_redis_and_valkey_is_known_and_has_tls_or_not(url: str, tls: bool):
    assert tls == told(url)["tls"]


@pytest.mark.parametrize(
    "url", ["http://host", "redis://", "redis:///0", "redis://host/name", "redis://host/0/1", "x"]
)
def test_a_url_that_is_none_is_refused_before_anything_is_connected(url: str):
    with pytest.raises(Misconfigured, match="of the form redis://host"):
        open_client(RedisMemoryOptions(url))


@pytest.mark.parametrize("query", ["no_such_option=1", "socket_timeout=soon", "db=first"])
def test_an_option_that_makes_no_sense_is_refused_and_no_password_is_shown(query: str):
    with pytest.raises(Misconfigured) as caught:
        open_client(RedisMemoryOptions(f"redis://user:secret@host/0?{query}"))
    assert "secret" not in str(caught.value)


def test_user_and_password_may_stand_beside_the_url_or_in_it():
    beside = told("redis://host", user="joe", password="p@ss/")  # noqa: S106
    within = told("redis://joe:p%40ss%2F@host")
    expected = ("joe", "p@ss/")
    assert expected == (beside["username"], beside["password"])
    assert expected == (within["username"], within["password"])


def test_a_servers_certificate_is_verified_unless_asked_not_to():
    ours = told("rediss://host", ca_file=Path("/etc/ca.pem"))
    without = told("rediss://host", tls_verify=False)
    checked = [(each["ssl_cert_reqs"], each["ssl_check_hostname"]) for each in (ours, without)]
    assert [(2, True), (0, False)] == checked
    assert "/etc/ca.pem" == ours["ssl_ca_certs"]


def test_every_wait_has_an_end_and_no_command_is_sent_again():
    made = told("redis://host", timeout_s=3)
    assert (3, 3) == (made["socket_timeout"], made["socket_connect_timeout"])
    assert 0 == made["retry"]._retries


def test_options_do_not_show_the_password():
    options = RedisMemoryOptions("redis://u:secret@h", password="secret")  # noqa: S106
    assert "secret" not in repr(options)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (redis.ConnectionError("Connection refused"), MemoryUnavailable),
        (redis.TimeoutError("Timeout reading from socket"), MemoryUnavailable),
        (redis.BusyLoadingError("Redis is loading the dataset in memory"), MemoryUnavailable),
        (redis.OutOfMemoryError("command not allowed"), MemoryUnavailable),
        (ReadOnlyError("You can't write against a read only replica."), MemoryUnavailable),
        (ResponseError("MISCONF Errors writing to the AOF file"), MemoryUnavailable),
        (ResponseError("NOREPLICAS Not enough good replicas to write."), MemoryUnavailable),
        (OSError("No route to host"), MemoryUnavailable),
        (redis.AuthenticationError("invalid username-password pair"), Misconfigured),
        (NoPermissionError("No permissions to access a key"), Misconfigured),
        (ResponseError("WRONGTYPE Operation against a key"), Misconfigured),
        (ResponseError("unknown command 'XADD'"), Misconfigured),
        (redis.ConnectionError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed"), Misconfigured),
    ],
)
def test_each_error_is_the_operators_to_mend_or_passes(error: Exception, expected: type[Exception]):
    with pytest.raises(expected, match="redis://host"), explained("redis://host"):
        raise error


def test_an_error_of_a_pipeline_passes_or_not_by_its_cause_and_quotes_no_event():
    quoted = "Command # 2 (XADD key * b \x01 joe ...) of pipeline caused error: MISCONF no room"
    with pytest.raises(MemoryUnavailable) as caught, explained("redis://host"):
        raise ResponseError(quoted)
    assert "redis://host does not serve: MISCONF no room" == str(caught.value)
