"""Elasticsearch for the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.services.distribution import Distribution, fetch
from tests.services.identity import hand_over, not_as_root
from tests.services.lifecycle import Lifecycle, await_ready
from tests.services.program import Program, free_port
from tests.services.web import Answer, ask

START_LIMIT_S = 180

SETTINGS = """\
cluster.name: mqworker-tests
node.name: node-1
discovery.type: single-node
network.host: 127.0.0.1
http.port: {port}
transport.port: {transport_port}
path.data: {directory}/data
path.logs: {directory}/logs
cluster.routing.allocation.disk.threshold_enabled: false
xpack.security.enabled: {security}
"""

# A small heap, taken as it is used; the first compiler only: half the CPU of a start.
JVM_OPTIONS = "-Xms512m\n-Xmx512m\n-XX:-AlwaysPreTouch\n-XX:TieredStopAtLevel=1\n"


@dataclass
class Elasticsearch:
    """One Elasticsearch node.

    url: `http(s)://[user:password@]host:port`.
    version: of the server, as in "9.5.3".
    """

    lifecycle: Lifecycle
    url: str
    version: str = ""

    def start(self) -> None:
        """Start it unless it runs, and wait until it serves."""
        self.lifecycle.start()
        await_ready(self.lifecycle, "Elasticsearch", self._serves, START_LIMIT_S)

    def stop(self) -> None:
        """End it in good order; its data stays."""
        self.lifecycle.stop()

    def kill(self) -> None:
        """End it by SIGKILL."""
        self.lifecycle.kill()

    def restart(self) -> None:
        """Stop and start it."""
        self.stop()
        self.start()

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        """Send one request; `path` begins with a slash."""
        return ask(self.url, method, path, body)

    def _serves(self) -> bool:
        try:
            health = "/_cluster/health?wait_for_status=yellow&timeout=5s"
            return self.ask("GET", health).status == 200
        except OSError:
            return False


def start_local(
    directory: Path,
    yml: str = "",
    password: str | None = None,
    files: Mapping[str, bytes] | None = None,
    series: str | None = None,
) -> Elasticsearch:
    """Start a node of its own on this machine; `directory` holds all of its state.

    yml: more lines of elasticsearch.yml; `files` are written beside it (it may read no others),
        `{files}` in it is their directory.
    password: turns security on, with this password for the user `elastic`.
    series: "9" or "8"; None for the newest that runs on this machine's JDKs.
    """
    server = fetch(series)
    port = free_port()
    config = _configure(server, directory, port, yml, password)
    for name, content in (files or {}).items():
        (config / name).write_bytes(content)
    env = _environment(server, directory)
    hand_over(directory)
    if password is not None:
        _set_password(server, env, password)
    program = Program(not_as_root([str(server.home / "bin/elasticsearch")]), env, directory)
    node = Elasticsearch(program, _url(port, yml, password), server.version)
    node.start()
    return node


def _configure(
    server: Distribution, directory: Path, port: int, yml: str, password: str | None
) -> Path:
    config = directory / "config"
    for each in (config / "jvm.options.d", directory / "data", directory / "logs"):
        each.mkdir(parents=True)
    (directory / "tmp").mkdir()
    for name in ("log4j2.properties", "jvm.options"):
        shutil.copy(server.home / "config" / name, config)
    _leave_out_logs(config / "jvm.options")
    (config / "jvm.options.d" / "tests.options").write_text(JVM_OPTIONS)
    settings = SETTINGS.format(
        port=port,
        transport_port=free_port(),
        directory=directory,
        security="false" if password is None else "true",
    )
    more = yml.replace("{files}", str(config))
    (config / "elasticsearch.yml").write_text(settings + more + "\n")
    return config


def _leave_out_logs(options: Path) -> None:
    """Drop the options that write into the distribution's own directory."""
    lines = options.read_text().splitlines()
    kept = [each for each in lines if not any(word in each for word in UNWANTED)]
    options.write_text("\n".join(kept) + "\n")


UNWANTED = ("-Xlog:gc", "HeapDump", "ErrorFile")


def _environment(server: Distribution, directory: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(directory),
        "ES_JAVA_HOME": str(server.jdk.home),
        "ES_PATH_CONF": str(directory / "config"),
        "ES_TMPDIR": str(directory / "tmp"),
    }


def _set_password(server: Distribution, env: Mapping[str, str], password: str) -> None:
    keystore = str(server.home / "bin/elasticsearch-keystore")
    for argv, given in ((["create"], ""), (["add", "-x", "-f", "bootstrap.password"], password)):
        subprocess.run(
            not_as_root([keystore, *argv]),
            env=env,
            input=given.encode(),
            check=True,
            capture_output=True,
            timeout=60,
        )


def _url(port: int, yml: str, password: str | None) -> str:
    scheme = "https" if "xpack.security.http.ssl.enabled: true" in yml else "http"
    user = "" if password is None else f"elastic:{quote(password, safe='')}@"
    return f"{scheme}://{user}127.0.0.1:{port}"
