"""Where the demonstration takes place: a directory with a configuration and its files."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from mqworker.config.load import load
from mqworker.config.settings import Settings

CONFIGURATION = """\
# The configuration of `mqworker demo`: files in place of RabbitMQ and Elasticsearch.
broker = ["{broker}"]
sink = ["{sink}"]
memory = "{memory}"
"""
FILES = {"broker": "broker.db", "sink": "events.db", "memory": "memory.db"}


@dataclass(frozen=True)
class Site:
    """A directory of the demonstration; `settings` are what its worker works with."""

    directory: Path
    settings: Settings

    @property
    def configuration(self) -> Path:
        """The worker's configuration."""
        return configuration_in(self.directory)

    @property
    def log(self) -> Path:
        """What the worker has logged."""
        return self.directory / "worker.log"

    @property
    def broker(self) -> str:
        """The broker's URL."""
        return self.settings.broker[0]

    @property
    def sink(self) -> str:
        """The store's URL."""
        return self.settings.sink[0]

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        """Run `mqworker run` during a block; what is left of it then is killed."""
        # -P: the current directory may hold something that is called mqworker, too.
        command = [sys.executable, "-P", "-m", "mqworker", "run"]
        command += ["--config", str(self.configuration)]
        with (
            self.log.open("ab") as log,
            subprocess.Popen(  # noqa: S603 - nothing in it comes from outside
                command, env=environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            ) as process,
        ):
            try:
                yield process
            finally:
                process.kill()


def make_site(directory: Path) -> Site:
    """Write the configuration into a directory, and return what to work with.

    Raises:
        OSError: the directory can't be written to.
    """
    urls = {
        name: f"sqlite:///{quote(str(directory.absolute() / file))}" for name, file in FILES.items()
    }
    file = configuration_in(directory)
    file.write_text(CONFIGURATION.format(**urls))
    return Site(directory, load({}, {}, file).settings)


def configuration_in(directory: Path) -> Path:
    """Return the file of the configuration."""
    return directory / "mqworker.toml"


def environment() -> dict[str, str]:
    """Return this process's environment without what would configure the worker otherwise."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MQWORKER_")}
