"""RabbitMQ for the tests."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import pytest

from tests.services.lifecycle import Lifecycle, ServiceMissing, await_ready
from tests.services.program import Program, free_port
from tests.services.web import Answer, ask

START_LIMIT_S = 90
SCRIPTS = Path("/usr/lib/rabbitmq/bin")  # Debian's; the ones on PATH insist on the system's user
HOW_TO_GET = (
    "RabbitMQ is missing: apt-get install rabbitmq-server (as root), "
    "or name one by MQWORKER_TEST_AMQP_URL"
)

CONFIG = """\
listeners.tcp.1 = 127.0.0.1:{port}
management.tcp.ip = 127.0.0.1
management.tcp.port = {management_port}
management.rates_mode = none
disk_free_limit.absolute = 50MB
log.console = true
log.file = false
"""


class Depth(NamedTuple):
    """How many messages of a queue wait, and how many a consumer holds."""

    ready: int
    unacked: int


@dataclass
class Rabbitmq:
    """One RabbitMQ node.

    url: `amqp://user:password@host:port/`, virtual host `/`.
    management_url: of the HTTP API; None where there is none.
    ctl_argv: how to call rabbitmqctl for this node.
    files: the directory that `{files}` in the configuration stood for.
    """

    lifecycle: Lifecycle
    url: str
    management_url: str | None = None
    ctl_argv: Sequence[str] = ()
    ctl_env: Mapping[str, str] = field(default_factory=dict)
    files: Path | None = None
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 5672

    def start(self) -> None:
        """Start it unless it runs, and wait until clients are served."""
        self.lifecycle.start()
        await_ready(self.lifecycle, "RabbitMQ", self._serves, START_LIMIT_S)

    def stop(self) -> None:
        """End it in good order; its queues stay."""
        self.lifecycle.stop()

    def kill(self) -> None:
        """End it by SIGKILL."""
        self.lifecycle.kill()

    def restart(self) -> None:
        """Stop and start it."""
        self.stop()
        self.start()

    @contextmanager
    def vhost(self) -> Iterator[str]:
        """Yield the URL of a new, empty virtual host; it is deleted afterwards.

        On a server that the environment named there is none to be had: the URL is the server's,
        so queue names have to be unique all the same.
        """
        if self.management_url is None:
            yield self.url
            return
        name = f"t{next(self._numbers)}"
        user = urlsplit(self.url).username
        self.manage("PUT", f"/api/vhosts/{name}")
        rights = {"configure": ".*", "write": ".*", "read": ".*"}
        self.manage("PUT", f"/api/permissions/{name}/{user}", rights)
        yield self.url.rpartition("/")[0] + "/" + name
        if self.lifecycle.running():
            self.manage("DELETE", f"/api/vhosts/{name}")

    def depth(self, queue: str, vhost: str = "/") -> Depth:
        """Count the messages of a queue, as of now."""
        path = f"/api/queues/{quote(vhost, safe='')}?disable_stats=true&enable_queue_totals=true"
        queues = {each["name"]: each for each in self.manage("GET", path).body}
        found = queues[queue]
        return Depth(found["messages_ready"], found["messages_unacknowledged"])

    def manage(self, method: str, path: str, body: object = None) -> Answer:
        """Call the management plugin's HTTP API (`/api/…`)."""
        if self.management_url is None:
            pytest.skip("needs a RabbitMQ of the tests' own: unset MQWORKER_TEST_AMQP_URL")
        answer = ask(self.management_url, method, path, body)
        assert answer.status < 400, answer
        return answer

    def ctl(self, *args: str) -> str:
        """Run rabbitmqctl (takes a second or two) and return what it printed."""
        if not self.ctl_argv:
            pytest.skip("needs a RabbitMQ of the tests' own: unset MQWORKER_TEST_AMQP_URL")
        done = subprocess.run(
            [*self.ctl_argv, "--quiet", *args],
            env=self.ctl_env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _serves(self) -> bool:
        return greets(self.port) and (self.management_url is None or self._manages())

    def _manages(self) -> bool:
        assert self.management_url is not None
        try:
            return ask(self.management_url, "GET", "/api/vhosts").status == 200
        except OSError:
            return False


def greets(port: int) -> bool:
    """Tell whether an AMQP 0-9-1 server answers the protocol header on this port."""
    try:
        with closing(socket.create_connection(("127.0.0.1", port), 5)) as link:
            link.sendall(b"AMQP\x00\x00\x09\x01")
            return link.recv(1) == b"\x01"
    except OSError:
        return False


def start_local(
    directory: Path,
    config: str = "",
    plugins: Sequence[str] = (),
    files: Mapping[str, bytes] | None = None,
    env: Mapping[str, str] | None = None,
) -> Rabbitmq:
    """Start a node of its own on this machine; `directory` holds all of its state.

    config: more lines of rabbitmq.conf; `{files}` in it is the directory that holds `files`.
    """
    if not (SCRIPTS / "rabbitmq-server").exists() or shutil.which("erl") is None:
        raise ServiceMissing(HOW_TO_GET)
    held = directory / "files"
    held.mkdir()
    for name, content in (files or {}).items():
        (held / name).write_bytes(content)
    port, management_port = free_port(), free_port()
    text = CONFIG.format(port=port, management_port=management_port)
    (directory / "rabbitmq.conf").write_text(text + config.replace("{files}", str(held)))
    enabled = ", ".join(["rabbitmq_management", *plugins])
    (directory / "enabled_plugins").write_text(f"[{enabled}].\n")
    surroundings = _environment(directory, port) | dict(env or {})
    node = Rabbitmq(
        Program([str(SCRIPTS / "rabbitmq-server")], surroundings, directory),
        url=f"amqp://guest:guest@127.0.0.1:{port}/",
        management_url=f"http://guest:guest@127.0.0.1:{management_port}",
        ctl_argv=[str(SCRIPTS / "rabbitmqctl")],
        ctl_env=surroundings,
        files=held,
    )
    node.start()
    return node


def _environment(directory: Path, port: int) -> dict[str, str]:
    """Settings that keep the node away from any other on this machine."""
    (directory / "rabbitmq-env.conf").touch()
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(directory),  # the Erlang cookie is made there
        "ERL_EPMD_PORT": str(free_port()),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_CONF_ENV_FILE": str(directory / "rabbitmq-env.conf"),
        "RABBITMQ_CONFIG_FILE": str(directory / "rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(directory / "advanced.config"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(directory / "enabled_plugins"),
        "RABBITMQ_NODENAME": f"mqworker{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(directory / "mnesia"),
        "RABBITMQ_LOG_BASE": str(directory / "log"),
        "RABBITMQ_GENERATED_CONFIG_DIR": str(directory / "generated"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        # Makes the start script become the server instead of a shell that waits for it.
        "RUNNING_UNDER_SYSTEMD": "true",
    }
