"""What each transport of kombu keeps when something dies, and how its URLs are written.

`docs/brokers.rst` shows this table. Where it says "tested", the suites of tests/contract and
tests/integration ran over the transport; the rest was read in kombu 5.7's source.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mqworker.core.errors import Misconfigured
from mqworker.core.urls import redact

Option = Callable[[str], Any]

REMOVED_AT_RECEIPT = (
    "{} removes a message when it is received: what the worker holds is lost when it is killed "
    "or its machine fails"
)


def flag(text: str) -> bool:
    """Read a switch as people write it in a URL."""
    return text.lower() in {"1", "true", "yes", "on"}


@dataclass(frozen=True, slots=True)
class Transport:
    """One kind of broker that kombu speaks to.

    schemes: of its URLs; kombu knows it by the first.
    example: a URL.
    durable: what is left when the broker itself crashes.
    returns: when a message comes back that a killed worker had not settled.
    confirmed: what is known when a publish has returned.
    loss: the warning for the start where something can be lost, None where nothing can.
    package: what has to be installed for it, None when mqworker brings it.
    tested: whether it ran here.
    waits: its receive blocks at the broker's side for whole seconds.
    options: what the URL's query may set, and how to read it; see kombu's documentation.
    defaults: transport options that mqworker sets otherwise than kombu.
    """

    schemes: tuple[str, ...]
    example: str
    durable: str
    returns: str
    confirmed: str
    loss: str | None = None
    package: str | None = None
    tested: bool = False
    waits: bool = False
    options: Mapping[str, Option] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)


QUICK = {"polling_interval": 0.1}
LONG_POLL = {"wait_time_seconds": 1, "polling_interval": 0}

REDIS_OPTIONS: Mapping[str, Option] = {
    "visibility_timeout": float,
    "global_keyprefix": str,
    "client_name": str,
    "socket_timeout": float,
    "socket_connect_timeout": float,
    "health_check_interval": int,
}
REDIS_DEFAULTS = {
    "visibility_timeout": 60.0,
    "socket_timeout": 5.0,
    "socket_connect_timeout": 5.0,
    "socket_keepalive": True,
}
REDIS_LOSS = (
    "Redis keeps messages in memory: when Redis or its machine fails, the last second's are lost "
    "with 'appendonly yes', all since the last snapshot with 'appendonly no'; and with a "
    "maxmemory-policy other than noeviction it may drop whole queues"
)
REDIS_RETURNS = "visibility_timeout (60 s) after its worker died; renewed while the worker lives"
REDIS_CONFIRMED = "in Redis's memory; on its disk within a second (appendfsync everysec)"
REDIS_DURABLE = "what its append-only file or its last snapshot has"
REMOVED = "never"
STORED = "stored"

TRANSPORTS = (
    Transport(
        schemes=("redis", "rediss", "redis+socket", "valkey", "valkeys"),
        example="rediss://:PASSWORD@HOST:6379/0?ssl_ca_certs=/etc/ssl/ca.pem",
        durable=REDIS_DURABLE,
        returns=REDIS_RETURNS,
        confirmed=REDIS_CONFIRMED,
        loss=REDIS_LOSS,
        tested=True,
        options=REDIS_OPTIONS,
        defaults=REDIS_DEFAULTS,
    ),
    Transport(
        schemes=("sentinel",),
        example="sentinel://:PASSWORD@HOST:26379/0?master_name=NAME",
        durable=f"{REDIS_DURABLE}; a failover drops what was not replicated yet",
        returns=REDIS_RETURNS,
        confirmed="in the memory of the Redis that is master at that time",
        loss=f"{REDIS_LOSS}; a failover drops what was not replicated yet",
        options={**REDIS_OPTIONS, "master_name": str},
        defaults=REDIS_DEFAULTS,
    ),
    Transport(
        schemes=("sqs",),
        example="sqs://?region=eu-central-1",
        durable="everything, for the queue's retention period (4 days unless set otherwise)",
        returns="after the queue's visibility timeout (30 min where kombu made the queue)",
        confirmed=STORED,
        package="mqworker[sqs]",
        waits=True,
        options={
            "region": str,
            "visibility_timeout": int,
            "wait_time_seconds": int,
            "queue_name_prefix": str,
            "is_secure": flag,
            "predefined_queues": json.loads,
        },
        defaults=LONG_POLL,
    ),
    Transport(
        schemes=("azureservicebus",),
        example="azureservicebus://POLICY:KEY@NAMESPACE",
        durable="everything",
        returns="after peek_lock_seconds (60 s); renewed for an hour while the worker lives",
        confirmed=STORED,
        package="kombu[azureservicebus]",
        waits=True,
        options={"peek_lock_seconds": int, "wait_time_seconds": int, "queue_name_prefix": str},
        defaults={**LONG_POLL, "use_lock_renewal": True},
    ),
    Transport(
        schemes=("gcpubsub",),
        example="gcpubsub://projects/PROJECT",
        durable="everything, for the subscription's retention period",
        returns="after ack_deadline_seconds (240 s); extended while the worker lives",
        confirmed=STORED,
        package="kombu[gcpubsub]",
        waits=True,
        options={"ack_deadline_seconds": int, "wait_time_seconds": int, "queue_name_prefix": str},
        defaults=LONG_POLL,
    ),
    Transport(
        schemes=("pgmq",),
        example="pgmq://USER:PASSWORD@HOST:5432/DATABASE",
        durable="what PostgreSQL has committed: everything",
        returns="after visibility_timeout (30 min)",
        confirmed="committed",
        package="kombu[pgmq]",
        waits=True,
        options={
            "visibility_timeout": int,
            "wait_time_seconds": int,
            "queue_name_prefix": str,
            "init_extension": flag,
        },
        defaults=LONG_POLL,
    ),
    Transport(
        schemes=("sqlalchemy", "sqla"),
        example="sqla+postgresql://USER:PASSWORD@HOST/DATABASE",
        durable="what the database has committed",
        returns="never by itself: its row stays, with visible = false",
        confirmed="committed",
        loss=(
            "sqlalchemy hides a message when it is received and never shows it again: after a "
            "worker was killed, set visible = true in kombu_message by hand"
        ),
        package="kombu[sqlalchemy]",
    ),
    Transport(
        schemes=("mongodb",),
        example="mongodb://USER:PASSWORD@HOST:27017/DATABASE",
        durable="as MongoDB's write concern says",
        returns=REMOVED,
        confirmed="acknowledged by MongoDB",
        loss=REMOVED_AT_RECEIPT.format("mongodb"),
        package="kombu[mongodb]",
        defaults=QUICK,
    ),
    Transport(
        schemes=("confluentkafka", "kafka"),
        example="confluentkafka://HOST:9092",
        durable="as the topic's replication says",
        returns="only if nothing was settled since it was received",
        confirmed="flushed to the brokers",
        loss=(
            "kombu settles kafka messages by position: to settle one settles all that were "
            "received, and those still at work are lost when the worker is killed"
        ),
        package="kombu[confluentkafka]",
        defaults=QUICK,
    ),
    Transport(
        schemes=("azurestoragequeues",),
        example="azurestoragequeues://KEY@ACCOUNT_URL",
        durable="everything, for 7 days",
        returns=REMOVED,
        confirmed=STORED,
        loss=REMOVED_AT_RECEIPT.format("azurestoragequeues"),
        package="kombu[azurestoragequeues]",
        defaults=QUICK,
    ),
    Transport(
        schemes=("zookeeper",),
        example="zookeeper://HOST:2181/PATH",
        durable="everything",
        returns=REMOVED,
        confirmed=STORED,
        loss=REMOVED_AT_RECEIPT.format("zookeeper"),
        package="kombu[zookeeper]",
        defaults=QUICK,
    ),
    Transport(
        schemes=("etcd",),
        example="etcd://HOST:2379",
        durable="everything",
        returns=REMOVED,
        confirmed=STORED,
        loss=REMOVED_AT_RECEIPT.format("etcd"),
        package="python-etcd",
        defaults=QUICK,
    ),
    Transport(
        schemes=("consul",),
        example="consul://HOST:8500",
        durable="everything",
        returns=REMOVED,
        confirmed=STORED,
        loss=REMOVED_AT_RECEIPT.format("consul"),
        package="kombu[consul]",
        defaults=QUICK,
    ),
    Transport(
        schemes=("filesystem",),
        example="filesystem:///var/spool/mqworker",
        durable="what the file system had written: nothing is synced",
        returns=REMOVED,
        confirmed="written, not synced",
        loss=REMOVED_AT_RECEIPT.format("filesystem"),
        tested=True,
        defaults=QUICK,
    ),
    Transport(
        schemes=("memory",),
        example="memory://",
        durable="nothing: it lives in the worker's own process, for tests",
        returns=REMOVED,
        confirmed="in memory",
        loss="memory:// lives in the worker's own process and ends with it: it is for tests",
        tested=True,
        defaults={"polling_interval": 0.01},
    ),
)

BY_SCHEME = {scheme: each for each in TRANSPORTS for scheme in each.schemes}
OTHERS = ("amqp", "amqps", "sqlite")
"""Schemes that mqworker serves without kombu."""


def scheme_of(url: str) -> str:
    """Return what stands before `://` in the URL, in lower case."""
    return url.partition("://")[0].lower()


def transport_of(url: str) -> Transport:
    """Return what serves the URL.

    Raises:
        Misconfigured: nothing does.
    """
    scheme = scheme_of(url)
    found = BY_SCHEME.get(scheme) or BY_SCHEME.get(scheme.partition("+")[0])
    if found is None or "://" not in url:
        known = ", ".join(sorted([*BY_SCHEME, *OTHERS]))
        raise Misconfigured(f"no broker is known by {redact(url)!r}; the schemes are: {known}")
    return found


def loses(url: str) -> str | None:
    """Return the warning for the start if this broker can lose messages, None if it can't.

    Raises:
        Misconfigured: no broker is known by the URL's scheme.
    """
    return transport_of(url).loss
