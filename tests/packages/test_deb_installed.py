"""The Debian package in a bare Debian: installed, upgraded, removed and purged by its own tools.

MQWORKER_TEST_DEB names a package that is tried in place of one that is built here.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

import mqworker
from tests.packages.command import run
from tests.packages.debian import build, need
from tests.packages.tree import Tree, debootstrap

pytestmark = [pytest.mark.long, pytest.mark.timeout(3000)]

WRITES_DOWN = """#!/bin/sh
echo "$@" >>/var/tmp/asked
"""
CONFIG = "etc/mqworker/mqworker.toml"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if given := os.environ.get("MQWORKER_TEST_DEB"):
        return Path(given)
    need("dpkg-buildpackage", "dh")
    return build(tmp_path_factory.mktemp("deb") / "source")


@pytest.fixture(scope="module")
def older(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a package of an earlier version, with another configuration and a file more."""
    place = tmp_path_factory.mktemp("older")
    run("dpkg-deb", "--raw-extract", package, place / "x")
    control = place / "x" / "DEBIAN" / "control"
    control.write_text(
        control.read_text().replace(f"Version: {mqworker.__version__}", "Version: 0.0.9")
    )
    (place / "x" / CONFIG).write_text("# Of an earlier version.\n")
    (place / "x" / "usr" / "lib" / "mqworker" / "dropped").touch()
    run("dpkg-deb", "-Zgzip", "-z1", "--build", place / "x", place / "older.deb")
    return place / "older.deb"


@pytest.fixture(scope="module")
def tree(package: Path, older: Path, tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Make a tree that has had the package and lost it again: what it needs is there."""
    made = debootstrap(tmp_path_factory.mktemp("tree") / "root")
    for name, source in {"new.deb": package, "old.deb": older}.items():
        shutil.copy(source, made.root / "srv" / name)
    made.install("/srv/new.deb")
    made.run("dpkg", "--purge", "mqworker")
    return made


@pytest.fixture
def installed(tree: Tree) -> Tree:
    tree.install("--reinstall", "/srv/new.deb")
    return tree


@pytest.mark.skipif("MQWORKER_TEST_DEB" in os.environ, reason="the package was built elsewhere")
def test_two_builds_of_one_source_are_the_same_to_the_byte(package: Path, tmp_path: Path) -> None:
    assert (
        package.read_bytes()
        == build(tmp_path / "elsewhere", source=package.parents[1]).read_bytes()
    )


def test_lintian_finds_nothing_that_is_not_explained(package: Path) -> None:
    need("lintian")
    # The manual page is made by `make man`, where that was run.
    assert "" == run(
        *("lintian", "--allow-root", "--fail-on=none", "--suppress-tags=no-manual-page", package)
    )


def test_the_demonstration_runs_for_anybody(installed: Tree) -> None:
    said = json.loads(installed.run("mqworker", "demo", "--json", user="mqworker"))
    assert said


def test_the_way_of_a_message_is_compiled_and_its_bytecode_is_there(installed: Tree) -> None:
    python = "/usr/lib/mqworker/bin/python3"
    told = installed.run(python, "-c", "import mqworker.core.pipeline as p; print(p.__file__)")
    assert told.strip().endswith(".so")
    modules = list(installed.root.glob("usr/lib/mqworker/lib/python3.*/site-packages/click/*.py"))
    cached = list(
        installed.root.glob("usr/lib/mqworker/lib/python3.*/site-packages/click/**/*.pyc")
    )
    assert modules
    assert len(modules) == len(cached)


def test_the_bill_of_materials_names_what_is_installed(installed: Tree) -> None:
    text = (installed.root / "usr/share/doc/mqworker/mqworker.cdx.json").read_text()
    listed = {(each["name"], each["version"]) for each in json.loads(text)["components"]}
    code = (
        "import importlib.metadata as m, json;"
        "print(json.dumps([(d.name, d.version) for d in m.distributions()]))"
    )
    told = json.loads(installed.run("/usr/lib/mqworker/bin/python3", "-c", code))
    assert {tuple(each) for each in told} == listed


def test_the_user_and_the_directories_are_made_and_closed_to_others(installed: Tree) -> None:
    passwd = (installed.root / "etc" / "passwd").read_text()
    (line,) = [each for each in passwd.splitlines() if each.startswith("mqworker:")]
    group = int(line.split(":")[3])
    modes = {
        name: (oct(found.st_mode & 0o7777), found.st_uid, found.st_gid)
        for name in ("etc/mqworker", "etc/mqworker/schemas", "etc/credstore")
        for found in [(installed.root / name).stat()]
    }
    assert modes == {
        "etc/mqworker": ("0o750", 0, group),
        "etc/mqworker/schemas": ("0o750", 0, group),
        "etc/credstore": ("0o700", 0, 0),
    }
    assert "✗" not in installed.run("mqworker", "check", "--offline", user="mqworker")


def test_who_may_not_read_the_configuration_is_told_so(installed: Tree) -> None:
    done = installed.try_to("mqworker", "config", user="daemon")
    assert (78, "") == (done.returncode, done.stdout)
    assert f"/{CONFIG}: can't be read: Permission denied" in done.stderr


def test_an_extractor_of_ones_own_is_found(installed: Tree) -> None:
    place = installed.root / "usr" / "local" / "lib" / "mqworker"
    info = place / "own-1.dist-info"
    info.mkdir(parents=True)
    try:
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: own\nVersion: 1\n")
        (info / "entry_points.txt").write_text("[mqworker.extractors]\nown = own:EXTRACTOR\n")
        (place / "own.py").write_text(
            "from mqworker.core.extract import Extractor\n"
            "EXTRACTOR = Extractor('own', lambda event: {}, programs=('own',))\n"
        )
        assert "13 are loaded" in installed.run("mqworker", "check", "--offline")
    finally:
        shutil.rmtree(place)


def test_an_upgrade_keeps_what_the_administrator_wrote_and_restarts_what_runs(tree: Tree) -> None:
    tree.run("dpkg", "--purge", "mqworker")
    tree.install("/srv/old.deb")
    (tree.root / CONFIG).write_text('queue = ["mine"]\n')
    asked = supervised(tree, "install")

    assert f"mqworker {mqworker.__version__}" in tree.run("mqworker", "--version")
    assert (tree.root / CONFIG).read_text() == 'queue = ["mine"]\n'
    assert 'queue = ["mine"]' in tree.run("mqworker", "config", user="mqworker")
    assert not (tree.root / "usr" / "lib" / "mqworker" / "dropped").exists()
    assert "daemon-reload" in asked
    units = ["mqworker@*.service", "mqworker-intake.service", "mqworker-cloudtrail.service"]
    assert " ".join(["try-restart", *units]) in asked
    done = {each.split()[0] for each in asked.splitlines()}
    assert set() == done & {"enable", "restart", "start", "stop"}


def test_removal_stops_what_runs_and_keeps_the_configuration(installed: Tree) -> None:
    asked = supervised(installed, "remove")

    assert "stop mqworker@*.service mqworker-intake.service" in asked
    assert (installed.root / CONFIG).exists()
    assert not (installed.root / "usr" / "lib" / "mqworker").exists()
    assert not (installed.root / "usr" / "bin" / "mqworker").is_symlink()


def test_purging_leaves_nothing_behind(tree: Tree) -> None:
    tree.run("dpkg", "--purge", "mqworker")
    before = tree.files()
    tree.install("/srv/new.deb")
    memory = tree.root / "var" / "lib" / "mqworker" / "memory.db"
    memory.parent.mkdir(exist_ok=True)
    memory.touch()
    tree.run("dpkg", "--purge", "mqworker")
    assert before == tree.files()


def test_purging_keeps_what_may_be_the_only_copy_and_says_so(installed: Tree) -> None:
    kept = {"var/lib/mqworker/broker.db", "etc/mqworker/schemas/own.json"}
    kept |= {"etc/credstore/mqworker.broker_password"}
    for name in kept:
        (installed.root / name).parent.mkdir(exist_ok=True)
        (installed.root / name).touch()
    try:
        said = installed.run("dpkg", "--purge", "mqworker")
        assert all((installed.root / name).exists() for name in kept)
        for place in (
            "/var/lib/mqworker",
            "/etc/mqworker",
            "/etc/credstore/mqworker.broker_password",
        ):
            assert f"left for you to remove: {place}\n" in said
    finally:
        for name in kept:
            (installed.root / name).unlink()


def supervised(tree: Tree, action: str) -> str:
    """Upgrade or remove where systemd seems to run; return what systemctl was asked."""
    asked, systemctl = tree.root / "var" / "tmp" / "asked", tree.root / "srv" / "systemctl"
    asked.unlink(missing_ok=True)
    systemctl.write_text(WRITES_DOWN)
    systemctl.chmod(0o755)
    if action == "install":
        tree.install("/srv/new.deb", TREE_SYSTEMCTL="srv/systemctl")
    else:
        tree.run("dpkg", "--remove", "mqworker", TREE_SYSTEMCTL="srv/systemctl")
    return asked.read_text()
