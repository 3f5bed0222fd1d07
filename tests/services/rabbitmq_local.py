"""Starts Debian's RabbitMQ on this machine, away from any other node on it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.services.lifecycle import ServiceMissing
from tests.services.program import Program, free_port
from tests.services.rabbitmq import Finished, Rabbitmq

CTL_LIMIT_S = 60
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


def start_rabbitmq(
    directory: Path,
    config: str = "",
    plugins: Sequence[str] = (),
    files: Mapping[str, bytes] | None = None,
    env: Mapping[str, str] | None = None,
) -> Rabbitmq:
    """Start a node; `directory` holds all of its state.

    config: more lines of rabbitmq.conf. In them `{files}` stands for the directory that holds
        `files`, `{address}` for the address to listen on, `{tls_port}` for a free port.
    """
    if not (SCRIPTS / "rabbitmq-server").exists() or shutil.which("erl") is None:
        raise ServiceMissing(HOW_TO_GET)
    port, management_port, tls_port = free_port(), free_port(), free_port()
    held = directory / "files"
    held.mkdir()
    for name, content in (files or {}).items():
        (held / name).write_bytes(content)
    text = CONFIG.format(port=port, management_port=management_port) + config
    values = {"{files}": str(held), "{address}": "127.0.0.1", "{tls_port}": str(tls_port)}
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    (directory / "rabbitmq.conf").write_text(text)
    enabled = ", ".join(["rabbitmq_management", *plugins])
    (directory / "enabled_plugins").write_text(f"[{enabled}].\n")
    surroundings = _environment(directory, port) | dict(env or {})
    node = Rabbitmq(
        Program([str(SCRIPTS / "rabbitmq-server")], surroundings, directory),
        url=f"amqp://guest:guest@127.0.0.1:{port}/",
        management_url=f"http://guest:guest@127.0.0.1:{management_port}",
        tls_port=tls_port,
        run_ctl=lambda args: _run_ctl(args, surroundings),
    )
    node.start()
    return node


def _run_ctl(args: Sequence[str], env: Mapping[str, str]) -> Finished:
    done = subprocess.run(
        [str(SCRIPTS / "rabbitmqctl"), *args],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=CTL_LIMIT_S,
    )
    return Finished(done.returncode, done.stdout)


def _environment(directory: Path, port: int) -> dict[str, str]:
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
        # An address and no host name: no look-up of a name can fail or hang.
        "RABBITMQ_NODENAME": f"mqworker{port}@127.0.0.1",
        "RABBITMQ_USE_LONGNAME": "true",
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
