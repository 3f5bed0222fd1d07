"""Starts Elasticsearch on this machine, with a configuration and data of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from tests.services.distribution import Distribution, fetch
from tests.services.elasticsearch import Elasticsearch
from tests.services.identity import hand_over, not_as_root
from tests.services.program import Program, free_port

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

# These options of the JVM write into the distribution's own directory.
UNWANTED = ("-Xlog:gc", "HeapDump", "ErrorFile")


def start_elasticsearch(
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
