"""Debian packages, built from a copy of the source tree by `make deb`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.packages.command import run

ROOT = Path(__file__).parents[2]
NOT_SOURCE = (".*", "build", "dist", "*.egg-info", "__pycache__", "tests", "benchmarks")


def need(*programs: str) -> None:
    """Go on only with these programs; with CI set a missing one is a failure, else a skip."""
    missing = [each for each in programs if not shutil.which(each)]
    if missing and os.environ.get("CI"):
        pytest.fail(f"not installed: {', '.join(missing)}")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


def build(place: Path, options: Sequence[str] = (), source: Path = ROOT) -> Path:
    """Copy a source tree to a place and build a package of it there; return its file.

    Args:
        place: a directory that is not there yet.
        options: DEB_BUILD_OPTIONS.
        source: what is copied.
    """
    shutil.copytree(source, place, ignore=shutil.ignore_patterns(*NOT_SOURCE))
    if (source / "build" / "man").exists():
        shutil.copytree(source / "build" / "man", place / "build" / "man")
    cache = str(Path.home() / ".cache" / "pip")  # debhelper gives each build a home of its own
    run("make", "deb", where=place, PIP_CACHE_DIR=cache, DEB_BUILD_OPTIONS=" ".join(options))
    (package,) = (place / "dist").glob("*.deb")
    return package
