from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.consoles import ConsoleDaemon
from tests.daemons import Daemon
from tests.intakes import IntakeDaemon
from tests.integration.pairs import Embedded, Pair, Served
from tests.services.aws import Aws, Trail, start_aws
from tests.services.elasticsearch import Elasticsearch
from tests.services.rabbitmq import Rabbitmq


@pytest.fixture
def start_daemon(tmp_path: Path) -> Iterator[Callable[..., Daemon]]:
    """Start `mqworker run`, or another command; none of its processes outlives the test."""
    started: list[Daemon] = []

    def start(*flags: str, **how: Any) -> Daemon:
        started.append(Daemon(tmp_path / f"daemon-{len(started)}.log", *flags, **how))
        return started[-1]

    yield start
    for daemon in started:
        daemon.discard()
        print(daemon.log.read_text()[-5000:])  # noqa: T201 - pytest shows it when the test failed


@pytest.fixture
def start_intake(tmp_path: Path) -> Iterator[Callable[..., IntakeDaemon]]:
    """Start `mqworker intake` with these flags on a free port; none outlives the test."""
    started: list[IntakeDaemon] = []

    def start(*flags: str) -> IntakeDaemon:
        log = tmp_path / f"intake-{len(started)}.log"
        started.append(IntakeDaemon(log, "--listen", "127.0.0.1:0", *flags))
        return started[-1]

    yield start
    for daemon in started:
        daemon.discard()
        print(daemon.log.read_text()[-5000:])  # noqa: T201 - pytest shows it when the test failed


@pytest.fixture
def start_console(tmp_path: Path) -> Iterator[Callable[..., ConsoleDaemon]]:
    """Start `mqworker console` with these flags on a free port; none outlives the test.

    It looks for workers where those of the test have their sockets, and sees no others.
    """
    started: list[ConsoleDaemon] = []
    where = ("--console-listen", "127.0.0.1:0", "--socket-directory", str(tmp_path / "sockets"))

    def start(*flags: str) -> ConsoleDaemon:
        log = tmp_path / f"console-{len(started)}.log"
        started.append(ConsoleDaemon(log, *where, *flags))
        return started[-1]

    yield start
    for daemon in started:
        daemon.discard()
        print(daemon.log.read_text()[-5000:])  # noqa: T201 - pytest shows it when the test failed


@pytest.fixture
def served(rabbitmq: Rabbitmq, elasticsearch: Elasticsearch) -> Iterator[Served]:
    """RabbitMQ and Elasticsearch, the queue in a virtual host of its own."""
    with rabbitmq.vhost() as url:
        yield Served(rabbitmq, url, elasticsearch, uuid4().hex)


@pytest.fixture(
    params=[pytest.param("served", marks=[pytest.mark.services]), pytest.param("embedded")]
)
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Pair:
    """RabbitMQ and Elasticsearch, or the embedded broker and sink."""
    if request.param == "embedded":
        return Embedded(tmp_path, uuid4().hex)
    served: Served = request.getfixturevalue("served")
    return served


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """S3, SNS and SQS, emulated, for the session."""
    server = start_aws(tmp_path_factory.mktemp("moto"))
    yield server
    server.lifecycle.discard()


@pytest.fixture
def trail(aws: Aws) -> Trail:
    """A bucket and a queue of this test."""
    return aws.trail()


@pytest.fixture
def embedded(tmp_path: Path) -> Embedded:
    """The embedded broker and the embedded sink."""
    return Embedded(tmp_path, uuid4().hex)


@pytest.fixture
def sockets(tmp_path: Path) -> Path:
    """Where workers of a test have their sockets."""
    return tmp_path / "sockets"


@pytest.fixture
def watched(
    embedded: Embedded, start_daemon: Callable[..., Daemon], sockets: Path
) -> Callable[..., Daemon]:
    """Start workers on the embedded broker and sink, with sockets in the directory."""

    def start(*flags: str) -> Daemon:
        return start_daemon(*embedded.flags, "--socket-directory", str(sockets), *flags)

    return start
