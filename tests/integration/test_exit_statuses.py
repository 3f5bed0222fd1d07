"""With which status `mqworker run` ends when it can't work at all, and what it says then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.daemons import Daemon
from tests.integration.pairs import QUEUE, Served
from tests.stubs.scripted import Answer, scripted

USAGE, MISCONFIGURED = 2, 78


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_wrong_password_of_the_broker_is_a_configuration_error(
    served: Served, start_daemon: Callable[..., Daemon], processes: str
) -> None:
    served.broker = served.url.replace("guest:guest@", "guest:hunter2@")
    daemon = start_daemon(*served.flags, "--processes", processes)

    assert MISCONFIGURED == daemon.wait()
    told = daemon.log.read_text()
    assert "check user and password" in told
    assert "hunter2" not in told


@pytest.mark.parametrize("name", [QUEUE, f"{QUEUE}.dead"])
def test_a_queue_with_arguments_of_somebody_else_is_a_configuration_error(
    served: Served, start_daemon: Callable[..., Daemon], name: str
) -> None:
    foreign = {"durable": True, "arguments": {"x-max-length": 9}}
    vhost = urlsplit(served.url).path[1:]
    served.rabbitmq.manage("PUT", f"/api/queues/{vhost}/{name}", foreign)
    daemon = start_daemon(*served.flags)

    assert MISCONFIGURED == daemon.wait()
    told = daemon.log.read_text()
    assert "406 PRECONDITION_FAILED" in told
    assert f"queue {name} exists with other properties" in told
    assert "--passive" in told


def test_a_sink_that_is_no_elasticsearch_is_a_configuration_error(
    served: Served, start_daemon: Callable[..., Daemon]
) -> None:
    with scripted(Answer(200, b'{"hello": "world"}')) as server:
        served.sink = server.url
        daemon = start_daemon(*served.flags)

        assert MISCONFIGURED == daemon.wait()
    assert "not Elasticsearch" in daemon.log.read_text()


def test_a_bad_schema_at_the_start_is_a_configuration_error(
    start_daemon: Callable[..., Daemon], tmp_path: Path
) -> None:
    schemas = tmp_path / "schemas"
    schemas.mkdir()
    (schemas / "vpn.json").write_text('{"type": "objekt"}')
    daemon = start_daemon("--schemas", str(schemas))

    assert MISCONFIGURED == daemon.wait()
    assert "vpn.json" in daemon.log.read_text()


@pytest.mark.parametrize(
    "flags",
    [("--procesess", "2"), ("--processes", "many"), ("--drain", "-1s"), ("eventtask",)],
    ids=" ".join,
)
def test_a_wrong_command_line_is_wrong_usage(
    start_daemon: Callable[..., Daemon], flags: tuple[str, ...]
) -> None:
    daemon = start_daemon(*flags)

    assert USAGE == daemon.wait()
    assert "mqworker run --help" in daemon.log.read_text()
