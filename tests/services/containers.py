"""Starts the services in containers, where a Docker engine answers.

Ports are chosen here and not by the engine, so that they stay the same when a container is
stopped and started.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from testcontainers.core.container import DockerContainer

from tests.services.distribution import SERIES
from tests.services.elasticsearch import Elasticsearch
from tests.services.program import free_port
from tests.services.rabbitmq import Finished, Rabbitmq
from tests.services.redis import OPTIONS, Redis

LOG_CHARACTERS = 4000
RABBITMQ_IMAGE = "rabbitmq:3.13-management"
ELASTICSEARCH_IMAGE = "elasticsearch"
REDIS_IMAGE = "redis:7"
FILES = "/mqworker-tests"
ELASTICSEARCH_CONFIG = "/usr/share/elasticsearch/config"

ELASTICSEARCH_YML = """\
discovery.type: single-node
network.host: 0.0.0.0
cluster.routing.allocation.disk.threshold_enabled: false
xpack.security.enabled: {security}
"""


class Container:
    """A service in a container; it starts at once. Implements `Lifecycle`."""

    def __init__(self, container: DockerContainer) -> None:
        self._container = container.start()
        self.host = container.get_container_host_ip()

    def start(self) -> None:
        if not self.running():
            self._container.get_wrapped_container().start()

    def stop(self) -> None:
        self._container.get_wrapped_container().stop(timeout=30)

    def kill(self) -> None:
        if self.running():
            self._container.get_wrapped_container().kill()

    def discard(self) -> None:
        self._container.stop()

    def running(self) -> bool:
        wrapped = self._container.get_wrapped_container()
        wrapped.reload()
        return wrapped.status == "running"

    def log_tail(self) -> str:
        written = b"".join(self._container.get_logs())
        return written.decode(errors="replace")[-LOG_CHARACTERS:]


def start_rabbitmq(
    config: str = "",
    plugins: Sequence[str] = (),
    files: Mapping[str, bytes] | None = None,
    env: Mapping[str, str] | None = None,
) -> Rabbitmq:
    """Start a node; arguments as `tests.services.rabbitmq_local.start_rabbitmq`."""
    port, management_port, tls_port = free_port(), free_port(), free_port()
    image = DockerContainer(RABBITMQ_IMAGE, env=dict(env or {}))
    for inside, outside in {5672: port, 15672: management_port, tls_port: tls_port}.items():
        image.with_bind_ports(inside, outside)
    values = {"{files}": FILES, "{address}": "0.0.0.0", "{tls_port}": str(tls_port)}  # noqa: S104
    for placeholder, value in values.items():
        config = config.replace(placeholder, value)
    enabled = ", ".join(["rabbitmq_management", *plugins])
    image.with_copy_into_container(config.encode(), "/etc/rabbitmq/conf.d/90-tests.conf")
    image.with_copy_into_container(f"[{enabled}].\n".encode(), "/etc/rabbitmq/enabled_plugins")
    for name, content in (files or {}).items():
        image.with_copy_into_container(content, f"{FILES}/{name}")
    container = Container(image)
    node = Rabbitmq(
        container,
        url=f"amqp://guest:guest@{container.host}:{port}/",
        management_url=f"http://guest:guest@{container.host}:{management_port}",
        tls_port=tls_port,
        run_ctl=lambda args: _run_ctl(image, args),
    )
    node.start()
    return node


def _run_ctl(container: DockerContainer, args: Sequence[str]) -> Finished:
    done = container.exec(["rabbitmqctl", *args])
    return Finished(done.exit_code, done.output.decode(errors="replace"))


def start_elasticsearch(
    yml: str = "",
    password: str | None = None,
    files: Mapping[str, bytes] | None = None,
    series: str | None = None,
) -> Elasticsearch:
    """Start a node; arguments as `tests.services.elasticsearch_local.start_elasticsearch`."""
    port = free_port()
    version = SERIES[series or "9"].version
    env = {"ES_JAVA_OPTS": "-Xms512m -Xmx512m -XX:TieredStopAtLevel=1"}
    if password is not None:
        env["ELASTIC_PASSWORD"] = password
    image = DockerContainer(f"{ELASTICSEARCH_IMAGE}:{version}", env=env).with_bind_ports(9200, port)
    settings = ELASTICSEARCH_YML.format(security="false" if password is None else "true") + yml
    settings = settings.replace("{files}", ELASTICSEARCH_CONFIG)
    for name, content in {"elasticsearch.yml": settings.encode(), **(files or {})}.items():
        image.with_copy_into_container(content, f"{ELASTICSEARCH_CONFIG}/{name}")
    scheme = "https" if "xpack.security.http.ssl.enabled: true" in yml else "http"
    user = "" if password is None else f"elastic:{quote(password, safe='')}@"
    container = Container(image)
    url = f"{scheme}://{user}{container.host}:{port}"
    node = Elasticsearch(container, url, version)
    node.start()
    return node


def start_redis(more: Mapping[str, str] | None = None) -> Redis:
    """Start a server; `more` are options in addition to those that all have."""
    options = OPTIONS | dict(more or {})
    port = free_port()
    command = ["redis-server", "--protected-mode", "no"]
    command += [word for name, value in options.items() for word in (f"--{name}", value)]
    image = DockerContainer(REDIS_IMAGE).with_bind_ports(6379, port).with_command(command)
    container = Container(image)
    server = Redis(container, f"redis://{container.host}:{port}/0")
    server.start()
    return server
