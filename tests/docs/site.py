"""Where the command lines of the documentation run: a copy of what they name, and real services."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from mqworker.cli.status import UNAVAILABLE
from tests.daemons import START_LIMIT_S, await_condition
from tests.docs.lines import ROOT, Line, blocks_of
from tests.docs.treatment import Run, Serve
from tests.shippers.stack import Stack

LIMIT_S = 60
SEEN_S = 15.0
COPIED = ("examples", "systemd")
BULK = b'{"create":{}}\n{"summary":"kept in a spool","hostname":"web1"}\n'
MOZDEF = "[options]\nmqserver=127.0.0.1\nesservers=http://127.0.0.1:9200\ntaskexchange=eventtask\n"
A_LETTER = "mqworker deadletter list --each --json | head -1 | cut -d '\"' -f 4"
EVENT = {"summary": "alice logged in", "hostname": "web1", "details": {"username": "alice"}}


@dataclass(frozen=True)
class Site:
    """A directory in which the commands run, and what their example hosts stand for."""

    place: Path
    stack: Stack

    def prepare(self) -> None:
        """Put there what command lines name, and into the services what they look at."""
        for folder in COPIED:
            shutil.copytree(ROOT / folder, self.place / folder)
        for folder in ("sysusers.d", "tmpfiles.d", "systemd/system", "mqworker"):
            (self.place / "etc" / folder).mkdir(parents=True)
        privacy = (ROOT / "docs" / "privacy.rst").read_text()
        rules = next(each.text for each in blocks_of(privacy) if each.language == "toml")
        (self.place / "privacy.toml").write_text(re.sub("^    ", "", rules, flags=re.MULTILINE))
        (self.place / "key").write_text("0123456789abcdef0123456789abcdef")
        (self.place / "key").chmod(0o600)
        (self.place / "event.json").write_bytes(orjson.dumps(EVENT))
        (self.place / "events-….ndjson").write_bytes(BULK)
        (self.place / "esworker_eventtask.conf").write_text(MOZDEF)
        assert self.stack.intake.ask("POST", "/nxlog", "3").status == 202
        await_condition(self.stack.dead, LIMIT_S, self.stack.worker.log)

    @property
    def substitutions(self) -> Mapping[str, str]:
        """What is put in the place of the documentation's examples."""
        intake = f"127.0.0.1:{self.stack.intake.port}"
        return {
            ".venv/bin/": "",
            "amqps://mq.example.org/": self.stack.broker,
            "amqp://guest:guest@127.0.0.1:5672/%2F": self.stack.broker,
            "amqp://guest:guest@localhost:5672/%2F": self.stack.broker,
            "http://127.0.0.1:9200": self.stack.elasticsearch.url,
            "http://127.0.0.1:8080": f"http://{intake}",
            "--listen 127.0.0.1:8080": "--listen 127.0.0.1:0",
            "/var/spool/shop": str(self.place / "spool"),
            " /etc/": f" {self.place}/etc/",
            "5f1d…": f"$({A_LETTER})",
            "VALUE": "203.0.113.9",
        }

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a command, as the README has them set."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("MQWORKER_")}
        programs = Path(sys.executable).parent
        return kept | {
            "PATH": f"{programs}:{kept['PATH']}",
            "MQWORKER_CONFIG": os.devnull,
            "MQWORKER_BROKER": self.stack.broker,
            "MQWORKER_SINK": self.stack.elasticsearch.url,
            "MQWORKER_LISTEN": "127.0.0.1:0",
            "MQWORKER_CONSOLE_LISTEN": "127.0.0.1:0",
            "XDG_STATE_HOME": str(self.place / "state"),
            "EDITOR": "true",
            "VISUAL": "true",
        }

    def script(self, line: Line) -> str:
        """Return a command line with what stands here for its examples."""
        text = line.text
        for example, here in self.substitutions.items():
            text = text.replace(example, here)
        return text

    def folder(self, line: Line) -> Path:
        """Return where a command line runs: beside the examples that it is about, else above."""
        page = self.place / line.page
        return page.parent if line.page.startswith("examples/") else self.place

    def run(self, line: Line, how: Run) -> str:
        """Run a command line until it prints what it must; return what it printed."""
        until = time.monotonic() + SEEN_S
        while True:
            is_late = time.monotonic() > until
            printed = self.run_once(line, may_wait=not is_late)
            if printed is not None and re.search(how.shows, printed):
                return printed
            assert not is_late, printed
            time.sleep(0.5)

    def run_once(self, line: Line, *, may_wait: bool) -> str | None:
        """Run a command line; return what it printed.

        None if a service can't serve yet: an index that is just being made can't be searched.
        """
        if line.text.startswith("rabbitmqctl "):
            return self.administer(line)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.script(line)],
            cwd=self.folder(line),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )
        if may_wait and done.returncode == UNAVAILABLE:
            return None
        assert done.returncode == 0, f"{line.place}: {done.stdout}{done.stderr}"
        vhost = self.stack.broker.rpartition("/")[2]
        return done.stdout.replace(
            f"rabbitmqctl set_policy -p {vhost} ", "rabbitmqctl set_policy -p / "
        )

    def administer(self, line: Line) -> str:
        """Run rabbitmqctl as the node wants it run."""
        words = subprocess.run(
            ["bash", "-c", f"printf '%s\\n' {line.text.removeprefix('rabbitmqctl ')}"],
            capture_output=True,
            text=True,
            check=True,
            timeout=LIMIT_S,
        )
        return self.stack.rabbitmq.ctl(*words.stdout.splitlines())

    def serve(self, line: Line, how: Serve) -> None:
        """Start a daemon, await that it is ready, and end it."""
        log = self.place / "served.log"
        with log.open("wb") as out:
            daemon = subprocess.Popen(
                ["bash", "-euc", f"exec env {self.script(line)}"],
                cwd=self.folder(line),
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        try:
            await_condition(lambda: how.ready in log.read_text(), START_LIMIT_S, log)
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(START_LIMIT_S) == 0, log.read_text()
        finally:
            daemon.kill()
            daemon.wait()
