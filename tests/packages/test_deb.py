"""What is in the Debian package, by a draft of it: nothing compiled, and not installed.

tests/packages/test_deb_installed.py does that with the real one.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import tomllib
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

import mqworker
from tests.packages.command import run
from tests.packages.debian import ROOT, build, need
from tests.packages.test_lock import canonical, locked

pytestmark = pytest.mark.timeout(400)  # the first waits for the build

PROGRAMS = ("dpkg-buildpackage", "dh")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need(*PROGRAMS)
    return build(tmp_path_factory.mktemp("deb") / "source", ["draft"])


@pytest.fixture(scope="module")
def extracted(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("extracted")
    run("dpkg-deb", "--raw-extract", package, place)
    return place


@pytest.fixture(scope="module")
def control(package: Path) -> Message:
    return Parser().parsestr(run("dpkg-deb", "--field", package))


@pytest.fixture(scope="module")
def python(extracted: Path) -> Path:
    """Return its interpreter, which is Debian's, by a link from one place in /usr to another."""
    (extracted / "usr" / "bin" / "python3").symlink_to("/usr/bin/python3")
    return extracted / "usr" / "lib" / "mqworker" / "bin" / "python3"


def site(extracted: Path) -> Path:
    (found,) = extracted.glob("usr/lib/mqworker/lib/python3.*/site-packages")
    return found


def test_the_changelog_has_the_version_of_the_program() -> None:
    first = (ROOT / "debian" / "changelog").read_text().partition("\n")[0]
    assert first.startswith(f"mqworker ({mqworker.__version__}) ")


def test_the_package_is_of_this_version_and_wants_the_interpreter_it_was_built_for(
    control: Message, extracted: Path
) -> None:
    minor = int(site(extracted).parent.name.removeprefix("python3."))
    wanted = f"python3 (>= 3.{minor}~), python3 (<< 3.{minor + 1})"
    assert control["Version"] == mqworker.__version__
    assert wanted in control["Depends"]
    assert re.search(r"\blibc6 \(>= ", control["Depends"])


def test_the_configuration_is_the_administrators(extracted: Path) -> None:
    assert (extracted / "DEBIAN" / "conffiles").read_text() == "/etc/mqworker/mqworker.toml\n"
    config = extracted / "etc" / "mqworker" / "mqworker.toml"
    assert tomllib.loads(config.read_text()) == {}


def test_every_unit_and_what_makes_its_user_and_directories_is_in_place(extracted: Path) -> None:
    places = {"*.service": "lib/systemd/system", "*.target": "lib/systemd/system"}
    for pattern, place in places.items():
        for unit in (ROOT / "systemd").glob(pattern):
            assert unit.read_text() == (extracted / place / unit.name).read_text()
    for kind in ("sysusers.d", "tmpfiles.d"):
        ours = (ROOT / "systemd" / kind / "mqworker.conf").read_text()
        assert ours == (extracted / "usr" / "lib" / kind / "mqworker.conf").read_text()


def test_nothing_is_enabled_or_started_by_the_package(extracted: Path) -> None:
    script = (extracted / "DEBIAN" / "postinst").read_text()
    assert "deb-systemd-invoke try-restart" in script
    assert not re.search(r"deb-systemd-invoke (start|restart)", script)
    # Only what the administrator enabled is enabled anew.
    assert re.findall(r"(?m)^(\s*)deb-systemd-helper enable", script) == ["\t\t\t"] * 3


def test_an_upgrade_stops_nothing_as_who_is_stopped_would_not_be_started_again(
    extracted: Path,
) -> None:
    for script in ("preinst", "prerm"):
        found = extracted / "DEBIAN" / script
        commands = found.read_text() if found.exists() else ""
        assert "upgrade" not in commands


def test_nothing_in_it_knows_where_it_was_built(package: Path, extracted: Path) -> None:
    built = str(package.parents[1]).encode()
    told = [each for each in extracted.rglob("*") if each.is_file() and not each.is_symlink()]
    assert [] == [each for each in told if built in each.read_bytes()]


def test_it_has_the_packages_of_the_lock_and_no_other(extracted: Path) -> None:
    found = {
        canonical(name): version
        for each in site(extracted).glob("*.dist-info")
        for name, version in [each.name.removesuffix(".dist-info").rsplit("-", 1)]
    }
    assert found.pop("mqworker") == mqworker.__version__
    pins = locked(ROOT / "requirements" / "deployment.txt")
    assert set() == set(found) - set(pins)
    assert {} == {
        name: found[name] for name in found if f"=={found[name]}" != str(pins[name].specifier)
    }
    assert set() == {name for name, each in pins.items() if not each.marker} - set(found)


def test_the_changelog_and_the_documentation_are_where_debian_has_them(extracted: Path) -> None:
    place = extracted / "usr" / "share" / "doc" / "mqworker"
    ours = (ROOT / "CHANGELOG.rst").read_text()
    assert gzip.decompress((place / "changelog.gz").read_bytes()).decode() == ours
    wanted = {each.name for each in (ROOT / "docs").glob("*.rst")}
    assert set() == wanted - {each.name for each in place.iterdir()}
    assert (place / "examples" / "mqworker.toml").exists()


def test_it_runs_by_debians_interpreter_with_its_own_packages_only(
    python: Path, tmp_path: Path
) -> None:
    clean = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    said = run(
        *("env", "-i", *(f"{name}={value}" for name, value in clean.items())),
        *(python, "-m", "mqworker", "check", "--offline", "--json"),
        where=tmp_path,
    )
    assert json.loads(said)["status"] == 0
    paths = run(str(python), "-c", "import sys; print(*sys.path[1:], sep='\\n')").split()
    assert "/usr/lib/python3/dist-packages" not in paths


def test_the_intake_and_cloudtrail_are_installed(python: Path) -> None:
    run(str(python), "-c", "import mqworker.wiring.intake, mqworker.wiring.cloudtrail")


@pytest.mark.parametrize(
    "place",
    [
        "bash-completion/completions/mqworker",
        "zsh/vendor-completions/_mqworker",
        "fish/vendor_completions.d/mqworker.fish",
    ],
)
def test_the_completion_of_each_shell_is_where_it_looks(extracted: Path, place: str) -> None:
    assert "_MQWORKER_COMPLETE" in (extracted / "usr" / "share" / place).read_text()
