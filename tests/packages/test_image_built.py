"""What the Dockerfile makes: its lines are followed in a bare Debian, and the result is run.

Debian's interpreter stands for the one of the base image, and a directory of wheels for the index.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.packages.command import run
from tests.packages.debian import NOT_SOURCE, ROOT, need
from tests.packages.dockerfile import Built, argv, stages
from tests.packages.tree import Tree, debootstrap

pytestmark = [pytest.mark.long, pytest.mark.timeout(3000)]

DOCKERFILE = (ROOT / "Dockerfile").read_text()
BASE = ("python3", "python3-dev", "python3-venv", "ca-certificates")
"""What the base image has."""


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("context") / "source"
    shutil.copytree(ROOT, place, ignore=shutil.ignore_patterns(*NOT_SOURCE))
    return place


@pytest.fixture(scope="module")
def image(context: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Follow the Dockerfile; return its last stage."""
    place = tmp_path_factory.mktemp("image")
    base = debootstrap(place / "base")
    base.install(*BASE)
    wheels = base.root / "wheels-of-the-index"
    wheels.mkdir()
    fetch(wheels, place / "tools")
    first, last = stages(DOCKERFILE)
    run("cp", "-a", base.root, place / "build")
    build = Built(Tree(place / "build"), context, {})
    # No network is needed in it, and the hashes are looked at all the same.
    build.environ |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/wheels-of-the-index"}
    build.carry_out(first)
    made = Built(base, context, {first.name: build.tree})
    made.carry_out(last)
    shutil.rmtree(wheels)
    return made


def fetch(wheels: Path, tools: Path) -> None:
    """Download what the locks name for the interpreter of the tree, by one of the same release.

    Which of them it needs may depend on the last figure of its version.
    """
    need("/usr/bin/python3")
    run("/usr/bin/python3", "-m", "venv", tools)
    pip = [tools / "bin" / "pip", "download", "--quiet", "--dest", wheels, "--no-deps"]
    pip += ["--only-binary=:all:", "--require-hashes"]
    for each in ("build", "deployment", "sbom"):
        run(*pip, "--requirement", ROOT / "requirements" / f"{each}.txt")


def start(image: Built, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command in it as an engine would: its user, no capability, nothing to be written."""
    uid, _, gid = image.user.partition(":")
    sandbox = ["bwrap", "--ro-bind", image.tree.root, "/", "--dev", "/dev", "--proc", "/proc"]
    for place in ("/tmp", "/var/lib/mqworker"):  # noqa: S108 - the sandbox's own
        sandbox += ["--tmpfs", place]
    sandbox += ["--unshare-all", "--unshare-user", "--uid", uid, "--gid", gid]
    sandbox += ["--cap-drop", "ALL", "--clearenv"]
    for name, value in image.environ.items():
        sandbox += ["--setenv", name, value]
    return subprocess.run(
        [*map(str, sandbox), *words], capture_output=True, text=True, check=False, timeout=300
    )


def test_the_entry_point_runs_the_demonstration_with_a_file_system_that_cant_be_written(
    image: Built,
) -> None:
    need("bwrap")
    entry = argv(stages(DOCKERFILE)[-1], "ENTRYPOINT")
    done = start(image, *entry, "demo", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)


def test_it_is_compiled_and_its_bill_of_materials_is_there(image: Built) -> None:
    code = "import mqworker.core.pipeline as p; print(p.__file__)"
    assert start(image, "python3", "-c", code).stdout.strip().endswith(".so")
    bill = json.loads((image.tree.root / "opt" / "mqworker" / "mqworker.cdx.json").read_text())
    assert "mqworker" in {each["name"] for each in bill["components"]}


def test_the_health_check_runs_and_without_services_it_finds_them_missing(image: Built) -> None:
    done = start(image, *argv(stages(DOCKERFILE)[-1], "HEALTHCHECK"))
    assert done.returncode == 69, done.stdout + done.stderr


def test_what_is_remembered_is_its_users_and_in_the_volume(image: Built) -> None:
    found = (image.tree.root / "var" / "lib" / "mqworker").stat()
    assert (10001, 10001, 0o700) == (found.st_uid, found.st_gid, found.st_mode & 0o7777)
    shown = json.loads(start(image, "mqworker", "config", "--json").stdout)
    assert "sqlite:////var/lib/mqworker/memory.db" == shown["memory"]["value"]
