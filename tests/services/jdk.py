"""Finds the JDKs of this machine."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

INSTALLED = Path("/usr/lib/jvm")
_VERSION = re.compile(r'^JAVA_VERSION="(\d+)', re.MULTILINE)


class Jdk(NamedTuple):
    """A Java development kit (with javac); `release` is its major version."""

    release: int
    home: Path


def installed_jdks() -> list[Jdk]:
    """Return every JDK found (JAVA_HOME, /usr/lib/jvm), oldest release first."""
    return sorted({jdk for place in _places() if (jdk := _at(place)) is not None})


def _places() -> Iterator[Path]:
    if named := os.environ.get("JAVA_HOME"):
        yield Path(named)
    if INSTALLED.is_dir():
        yield from INSTALLED.iterdir()


def _at(place: Path) -> Jdk | None:
    release = place / "release"
    if not (place / "bin" / "javac").exists() or not release.is_file():
        return None
    found = _VERSION.search(release.read_text(errors="replace"))
    return Jdk(int(found[1]), place.resolve()) if found else None
