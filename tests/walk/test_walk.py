"""What README.rst tells a newcomer to do works as it is written, on a Debian with nothing on it."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.daemons import await_condition
from tests.docs.lines import ROOT, Line, lines_of
from tests.docs.treatment import Left, Serve, treatment_of
from tests.services.elasticsearch import Elasticsearch
from tests.services.rabbitmq import Rabbitmq
from tests.services.scratch import scratch_space
from tests.walk.debian import Debian, bootstrap

README = ROOT / "README.rst"
INTAKE_PORT = 8080
READY_S = 60.0
SEEN_S = 20.0
BY_HAND = {"systemctl restart rsyslog": "rsyslogd -n"}
"""A Debian in a directory has no systemd that could do it."""

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def debian() -> Iterator[Debian]:
    """A bare Debian with a clean clone of this repository, and nothing else of ours."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no clone that could be cloned")
    with scratch_space() as scratch:
        made = bootstrap(scratch.directory("debian"))
        clone = made.root / made.checkout.lstrip("/")
        clone.parent.mkdir(parents=True)
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, clone], check=True)
        assert made.run("apt-get --quiet update").returncode == 0
        yield made


@dataclass
class Newcomer:
    """Somebody who follows README.rst: what was exported, and what runs in other terminals."""

    debian: Debian
    services: Mapping[str, str]
    logs: Path
    terminals: ExitStack
    exported: list[str] = field(default_factory=list)

    def follow(self, line: Line) -> None:
        """Do what a line says."""
        text = line.text
        for example, real in self.services.items():
            text = text.replace(example, real)
        how = treatment_of(line)
        if text.startswith("export "):
            self.exported.append(text)
        elif isinstance(how, Serve):
            self.start(text, how.ready)
        elif text in BY_HAND:
            self.start(BY_HAND[text], "")
            await_condition((self.debian.root / "dev" / "log").exists, READY_S)
        else:
            self.run(line.place, text, how.shows if how else "")

    def script(self, text: str) -> str:
        """Return a command with what was exported before it."""
        return "\n".join([*self.exported, text])

    def start(self, text: str, ready: str) -> None:
        """Start something in a terminal of its own, and wait until it says that it is ready."""
        log = self.logs / f"terminal-{text.rsplit(maxsplit=1)[-1]}.log"
        self.terminals.enter_context(self.debian.terminal(self.script(f"exec {text}"), log))
        await_condition(lambda: ready in log.read_text(), READY_S, log)

    def run(self, place: str, text: str, shows: str) -> None:
        """Run a command, again until it shows what it has to, as somebody does who waits for it."""
        until = time.monotonic() + SEEN_S
        while True:
            done = self.debian.run(self.script(text))
            assert done.returncode == 0, f"{place}: {text}\n{done.stdout}"
            if re.search(shows, done.stdout):
                return
            assert time.monotonic() < until, f"{place}: {text}\n{done.stdout}"


def port_is_free(port: int) -> bool:
    """Tell whether nothing listens on a port of this machine."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture
def newcomer(
    debian: Debian, rabbitmq: Rabbitmq, elasticsearch: Elasticsearch, tmp_path: Path
) -> Iterator[Newcomer]:
    if not port_is_free(INTAKE_PORT):
        pytest.skip(f"something else listens on port {INTAKE_PORT}, which README.rst names")
    with rabbitmq.vhost() as broker, ExitStack() as terminals:
        services = {
            "amqp://guest:guest@127.0.0.1:5672/%2F": broker,
            "http://127.0.0.1:9200": elasticsearch.url,
        }
        yield Newcomer(debian, services, tmp_path, terminals)


def steps() -> list[Line]:
    """Return the packages that the README names and its command lines, in their order."""
    lines = sorted(lines_of(README), key=lambda line: line.number)
    packages = [line for line in lines if line.text.startswith("apt-get install ")]
    wanted = [line for line in lines if line in packages or is_step(line)]
    assert len(packages) >= 2
    return wanted


def is_step(line: Line) -> bool:
    """Tell whether a line is one for a newcomer: not loose, nor for a machine with systemd."""
    how = treatment_of(line)
    elsewhere = isinstance(how, Left) and "tests/walk" not in how.reason
    return not line.loose and not elsewhere


def test_a_newcomer_gets_from_the_readme_to_an_event_of_rsyslog(newcomer: Newcomer) -> None:
    for line in steps():
        newcomer.follow(line)
