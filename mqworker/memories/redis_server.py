"""The Redis or Valkey that a memory is in: how to reach it, and whether it can be trusted with it.

1. A server that would lose what it is given is refused: one without an append-only file, or one
   that evicts keys when it is full.
2. No error of redis-py leaves the adapter: `explained` turns each into whose fault it is.
3. TLS verifies the server unless the operator says otherwise.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, MovedError, NoPermissionError, ResponseError
from redis.retry import Retry

from mqworker.core.errors import MemoryUnavailable, Misconfigured, MqworkerError
from mqworker.core.urls import redact, redact_text

SCHEMES = {"redis": "redis", "rediss": "rediss", "valkey": "redis", "valkeys": "rediss"}
"""Of our URLs, and what redis-py calls them."""

DATABASE = re.compile(r"(/\d*)?")

OLDEST = (6, 2)
"""The first version that trims a stream by ID."""

NEEDED = {
    "aof_enabled": ("1", "appendonly yes"),
    "maxmemory_policy": ("noeviction", "maxmemory-policy noeviction"),
}
"""By INFO's name for a setting: what it has to tell, and the setting that it tells so of.

Not by CONFIG GET, which many users of a Redis may not call, and which tells nothing else.
"""

FOR_GOOD = (AuthenticationError, NoPermissionError, MovedError)
PASSING = ("BUSY", "MISCONF", "NOREPLICAS")
"""What refusals that pass begin with, of those that redis-py has no class for."""

PIPELINE = re.compile(r"Command # .* of pipeline caused error: ", re.DOTALL)
"""What redis-py writes before an error of a pipeline: it quotes the command, events in it too."""


@dataclass(frozen=True, slots=True)
class RedisMemoryOptions:
    """Where the memory is.

    url: `redis://user:password@host:6379/0`; rediss and valkeys for TLS. Its query sets options of
        redis-py, as in `?ssl_ca_certs=/etc/ssl/ca.pem`.
    key: what the name of the stream begins with; the version of its form follows.
    user, password: for a URL that has none.
    ca_file, certificate_file, key_file: for TLS, PEM; None for the system's authorities and for no
        certificate of our own.
    tls_verify: False accepts any certificate of the server.
    timeout_s: how long to wait for a connection, and for each answer.
    """

    url: str = field(repr=False)
    key: str = "mqworker:memory"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    tls_verify: bool = True
    timeout_s: float = 5.0

    @property
    def shown(self) -> str:
        """The URL, for people."""
        return redact(self.url)


def open_client(options: RedisMemoryOptions) -> redis.Redis:
    """Return a client, not connected yet.

    Raises:
        Misconfigured: the URL makes no sense.
    """
    parts = urlsplit(options.url)
    scheme = SCHEMES.get(parts.scheme.lower())
    if scheme is None or not parts.hostname or not DATABASE.fullmatch(parts.path):
        raise Misconfigured(
            f"{options.shown} is no memory: it has to be of the form redis://host:port/number, "
            f"where the scheme is one of {', '.join(SCHEMES)}"
        )
    url = parts._replace(scheme=scheme).geturl()
    try:
        client = redis.Redis.from_url(url, **settings(options, tls=scheme == "rediss"))
        client.connection_pool.make_connection()  # stumbles over an option that there is not
    except (TypeError, ValueError) as error:
        raise Misconfigured(f"{options.shown}: {redact_text(str(error))}") from error
    # Its raw form, which does not depend on redis-py's version.
    client.set_response_callback("XRANGE", lambda rows, **_: rows)
    return client


def settings(options: RedisMemoryOptions, *, tls: bool) -> dict[str, Any]:
    """Return what redis-py is to be told beside the URL, which goes before."""
    told: dict[str, Any] = {
        "username": options.user,
        "password": options.password,
        "socket_timeout": options.timeout_s,
        "socket_connect_timeout": options.timeout_s,
        "socket_keepalive": True,
        "protocol": 2,
        # What was not answered may have been done: whether to do it again is decided here.
        "retry": Retry(NoBackoff(), 0),
    }
    if tls:
        files = {
            "ssl_ca_certs": options.ca_file,
            "ssl_certfile": options.certificate_file,
            "ssl_keyfile": options.key_file,
        }
        told |= {name: str(path) for name, path in files.items() if path is not None}
        told["ssl_cert_reqs"] = ssl.CERT_REQUIRED if options.tls_verify else ssl.CERT_NONE
        told["ssl_check_hostname"] = options.tls_verify
    return told


def verify(client: redis.Redis, shown: str) -> None:
    """Check that what the server is given stays.

    Raises:
        Misconfigured: it does not; the message has the commands that mend it.
        MemoryUnavailable: it has just been started, or is a replica now.
    """
    told: dict[str, Any] = client.info()
    if told.get("loading"):  # meanwhile Redis says that it keeps nothing
        raise MemoryUnavailable(f"{shown} is reading its data")
    version = str(told.get("redis_version"))
    if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) < OLDEST:
        raise Misconfigured(f"{shown} is version {version}, 6.2 or newer is needed")
    lacking = [setting for name, (good, setting) in NEEDED.items() if str(told.get(name)) != good]
    if lacking:
        raise Misconfigured(
            f"{shown} may lose what correlation remembers: it needs {' and '.join(lacking)}. "
            f"Set it in redis.conf, or by redis-cli: "
            f"{'; '.join(f'CONFIG SET {setting}' for setting in lacking)}; CONFIG REWRITE"
        )
    if told.get("role", "master") != "master":
        raise MemoryUnavailable(f"{shown} is a replica, which takes no writes")


@contextmanager
def explained(shown: str) -> Iterator[None]:
    """Raise what redis-py reports as `Misconfigured` or `MemoryUnavailable`."""
    try:
        yield
    except (redis.RedisError, OSError) as error:
        raise verdict(error, shown) from error


def verdict(error: Exception, shown: str) -> MqworkerError:
    """Return what an error of redis-py means: for good, or for now."""
    text = PIPELINE.sub("", redact_text(str(error))) or type(error).__name__
    refused = type(error) is ResponseError and not text.startswith(PASSING)
    # redis-py tells OpenSSL's reason as text only.
    if refused or isinstance(error, FOR_GOOD) or "CERTIFICATE" in text:
        return Misconfigured(f"{shown} refuses: {text}")
    return MemoryUnavailable(f"{shown} does not serve: {text}")
