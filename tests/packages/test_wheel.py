"""What is installed works without the source tree: from a wheel, an sdist, an editable install."""

from __future__ import annotations

import json
import shutil
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest

import mqworker
from mqworker.config.rulesfile import load_rules
from tests.packages.command import run

ROOT = Path(__file__).parents[2]
NOT_SOURCE = (".*", "build", "dist", "*.egg-info", "__pycache__")
LIST_SCHEMAS = """
import importlib.resources, json
files = importlib.resources.files("mqworker.schemas").iterdir()
schemas = {each.name: json.loads(each.read_text()) for each in files if each.name.endswith(".json")}
print(json.dumps(schemas))
"""
LIST_RULES = """
from mqworker.config.rulesfile import load_rules
print(*sorted(load_rules().rules))
"""


class Environment:
    """A virtual environment of its own, which finds the tests' dependencies but not mqworker."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.python = place / "bin" / "python"
        run(sys.executable, "-m", "venv", "--without-pip", place, where=place.parent)
        ours = [sysconfig.get_path(each) for each in ("purelib", "platlib")]
        theirs = run(self.python, "-c", "import sysconfig as s; print(s.get_path('purelib'))")
        # A plain line: the directory is searched, but the editable install in it is not found.
        Path(theirs.strip(), "dependencies.pth").write_text("\n".join(ours) + "\n")

    def install(self, *args: str | Path) -> None:
        pip = [sys.executable, "-m", "pip", "--python", self.python, "--quiet", "install"]
        run(*pip, *args, where=self.place)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the source tree: building writes into it."""
    copy = tmp_path_factory.mktemp("source") / "mqworker"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_SOURCE))
    return copy


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Make an environment that has what building needs, fetched once for all builds."""
    made = Environment(tmp_path_factory.mktemp("builder") / "env")
    required = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    made.install(*required)
    return made


@pytest.fixture(scope="module")
def sdist(source: Path, builder: Environment) -> Path:
    return build("sdist", source, builder)


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(tmp_path / "env")


def build(kind: str, source: Path, builder: Environment) -> Path:
    """Build in a file mode and at a time that are stated, as `make dist` does."""
    hook = f"from setuptools import build_meta as b; print('built', b.build_{kind}('dist'))"
    environ = ["env", "SOURCE_DATE_EPOCH=1700000000"]
    output = run(*environ, builder.python, "-c", f"import os; os.umask(0o22); {hook}", where=source)
    return source / "dist" / output.rpartition("built ")[2].strip()


def members(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def assert_works(environment: Environment) -> None:
    """Check the schemas, the rules and the command, outside of any source tree."""
    expected = {
        each.name: json.loads(each.read_text()) for each in (ROOT / "schemas").glob("*.json")
    }
    assert expected
    assert expected == json.loads(
        run(environment.python, "-c", LIST_SCHEMAS, where=environment.place)
    )
    rules = run(environment.python, "-c", LIST_RULES, where=environment.place)
    assert rules.split() == sorted(load_rules().rules)
    command = environment.place / "bin" / "mqworker"
    assert mqworker.__version__ in run(command, "--version", where=environment.place)


@pytest.fixture(scope="module")
def wheel(source: Path, builder: Environment) -> Path:
    return build("wheel", source, builder)


def test_a_wheel_carries_the_schemas_and_the_command(wheel: Path, environment: Environment) -> None:
    environment.install("--no-deps", "--no-index", wheel)
    assert_works(environment)


def test_a_wheel_carries_every_module_and_the_units_documentation_and_example(wheel: Path) -> None:
    data = f"mqworker-{mqworker.__version__}.data/data/share"
    wanted = {each.relative_to(ROOT).as_posix() for each in (ROOT / "mqworker").rglob("*.py")}
    wanted |= {f"mqworker/schemas/{each.name}" for each in (ROOT / "schemas").glob("*.json")}
    wanted |= {f"{data}/doc/mqworker/{each.name}" for each in (ROOT / "docs").glob("*.rst")}
    wanted |= {
        f"{data}/mqworker/systemd/{each.relative_to(ROOT / 'systemd')}"
        for each in (ROOT / "systemd").rglob("*")
        if each.is_file()
    }
    wanted |= {f"{data}/doc/mqworker/mqworker.toml", f"{data}/doc/mqworker/CHANGELOG.rst"}
    assert set() == wanted - members(wheel)


def test_a_wheel_carries_no_tests_and_no_benchmarks(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in members(wheel)}
    assert {
        "mqworker",
        *(f"mqworker-{mqworker.__version__}.{end}" for end in ("data", "dist-info")),
    } == tops


def test_a_wheel_built_from_the_sdist_is_the_same_to_the_byte(
    sdist: Path, wheel: Path, builder: Environment, tmp_path: Path
) -> None:
    shutil.unpack_archive(sdist, tmp_path)
    other = build("wheel", tmp_path / sdist.name.removesuffix(".tar.gz"), builder)
    assert wheel.read_bytes() == other.read_bytes()


def test_an_editable_install_finds_the_schemas_in_the_source_tree(
    source: Path, builder: Environment
) -> None:
    builder.install("--no-deps", "--no-index", "--no-build-isolation", "--editable", source)
    assert_works(builder)


def test_the_sdist_holds_what_distributors_and_testers_need(sdist: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(sdist, tmp_path)
    unpacked = tmp_path / sdist.name.removesuffix(".tar.gz")
    wanted = ["LICENSE", "README.rst", "Makefile", "systemd/mqworker@.service"]
    wanted += ["Dockerfile", "debian/rules", "requirements/deployment.txt", "tests/conftest.py"]
    wanted += ["tests/services/elasticsearch-pom.xml", "schemas/event.json"]
    assert [] == [each for each in wanted if not (unpacked / each).exists()]
