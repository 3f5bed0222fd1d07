"""Gets Elasticsearch's server once per user: fetched by Maven, kept in the user's cache.

Invariants:
1. One process fetches at a time; a directory is complete or not there.
2. Nothing but `mvn` names a place in the network, so the machine's own Maven settings hold.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.services.identity import needs_world_readable
from tests.services.jdk import Jdk, installed_jdks
from tests.services.lifecycle import SeriesMissing, ServiceMissing

HERE = Path(__file__).parent
FETCH_LIMIT_S = 900
HOW_TO_GET = (
    "Elasticsearch is missing: apt-get install openjdk-17-jdk-headless maven (as root), "
    "or name a server by MQWORKER_TEST_ELASTICSEARCH_URL"
)


class Series(NamedTuple):
    """A line of servers that mqworker supports, and the JDKs that it was tried on."""

    version: str
    oldest_jdk: int
    newest_jdk: int


SERIES = {"9": Series("9.5.3", 21, 99), "8": Series("8.19.3", 17, 24)}


class Distribution(NamedTuple):
    """An unpacked server, and the JDK to run it on."""

    version: str
    home: Path
    jdk: Jdk


def choose(series: str | None = None) -> tuple[Series, Jdk]:
    """Choose what this machine's JDKs can run: `series` ("9", "8"), or the newest possible."""
    jdks = installed_jdks()
    for name in [series] if series else SERIES:
        each = SERIES[name]
        fitting = [jdk for jdk in jdks if each.oldest_jdk <= jdk.release <= each.newest_jdk]
        if fitting:
            return each, fitting[0]
    if series and any(jdk.release >= SERIES["8"].oldest_jdk for jdk in jdks):
        wanted = SERIES[series]
        raise SeriesMissing(
            f"Elasticsearch {wanted.version} needs a JDK {wanted.oldest_jdk} to "
            f"{wanted.newest_jdk}; found: {', '.join(str(jdk.release) for jdk in jdks)}"
        )
    raise ServiceMissing(HOW_TO_GET)


def fetch(series: str | None = None) -> Distribution:
    """Return an unpacked server, fetching it if this user has none yet (130 MB)."""
    chosen, jdk = choose(series)
    cache = cache_directory()
    home = cache / f"elasticsearch-{chosen.version}"
    with _lock(cache / "lock"):
        if not home.exists():
            _make(chosen, jdk, home)
    return Distribution(chosen.version, home, jdk)


def cache_directory() -> Path:
    """Return where fetched servers are kept, making it if needed."""
    if needs_world_readable():
        base = Path("/var/cache")
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    cache = base / "mqworker-tests"
    cache.mkdir(parents=True, exist_ok=True)
    return cache


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _make(series: Series, jdk: Jdk, home: Path) -> None:
    with tempfile.TemporaryDirectory(dir=home.parent) as scratch:
        unpacked = _unpack(series, Path(scratch))
        _add_plugin(series, jdk, unpacked)
        unpacked.rename(home)


def _unpack(series: Series, scratch: Path) -> Path:
    maven = shutil.which("mvn")
    if maven is None:
        raise ServiceMissing(HOW_TO_GET)
    settings = [f"-Delasticsearch={series.version}", f"-Ddirectory={scratch}"]
    pom = str(HERE / "elasticsearch-pom.xml")
    _run([maven, "-q", "-B", "-Dstyle.color=never", "-f", pom, *settings, "generate-resources"])
    unpacked = scratch / f"elasticsearch-{series.version}"
    for program in (unpacked / "bin").iterdir():
        program.chmod(0o755)
    for empty in ("logs", "plugins"):  # Maven leaves empty directories out
        (unpacked / empty).mkdir(exist_ok=True)
    return unpacked


def _add_plugin(series: Series, jdk: Jdk, server: Path) -> None:
    """Build the plugin that answers `GET /`: the distribution lacks that one module."""
    plugin = server / "plugins" / "root-answer"
    plugin.mkdir()
    sources = [HERE / "java" / "RootAnswerPlugin.java"]
    sources.append(HERE / "java" / f"es{series.version[0]}" / "RootAnswer.java")
    release = str(series.oldest_jdk)
    with tempfile.TemporaryDirectory() as classes:
        javac = [str(jdk.home / "bin" / "javac"), "--release", release, "-nowarn", "-d", classes]
        _run([*javac, "-cp", f"{server}/lib/*", *map(str, sources)])
        jar = [str(jdk.home / "bin" / "jar"), "--create", "--file"]
        _run([*jar, str(plugin / "root-answer.jar"), "-C", classes, "."])
    template = (HERE / "java" / "plugin-descriptor.properties").read_text()
    text = template.replace("@VERSION@", series.version).replace("@RELEASE@", release)
    (plugin / "plugin-descriptor.properties").write_text(text)


def _run(argv: list[str]) -> None:
    done = subprocess.run(
        argv,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=FETCH_LIMIT_S,
    )
    if done.returncode:
        raise ServiceMissing(f"{' '.join(argv[:3])} … failed:\n{done.stdout}{done.stderr}")
