"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 300
CODE = [ROOT / "mqworker", ROOT / "schemas", ROOT / "tests", ROOT / "benchmarks"]
DRAWERS = {"base", "common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
# Tests of no single module.
OF_THE_TREE = {"test_structure.py", "test_schemas.py", "test_secrets.py", "test_twins.py"}
VAGUE_FUNCTION = re.compile(r"_*(process|handle)_")
VAGUE_CLASS = re.compile(r".*(Helper|Manager|Util)s?$")

# Written in two parts, so that this file does not hold them itself.
MACHINES = ["/" + part for part in ("work/", "root/", "tmp/w/")]
REGISTRIES = ["pypi" + ".org", "maven" + ".org", "docker" + ".io", "docker.elastic" + ".co"]
TEXT = {".cfg", ".ini", ".java", ".json", ".md", ".py", ".rst", ".service", ".toml", ".xml", ""}


def python_files() -> Iterator[Path]:
    for folder in CODE:
        yield from folder.rglob("*.py")


def project_files() -> Iterator[Path]:
    """Return the files of the project; what tools leave behind is in hidden or ignored places."""
    left_out = {".git", ".venv", "build", "dist", "__pycache__"}
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        hidden = any(part.startswith(".") and part != ".ci" for part in parts)
        if not hidden and not left_out & set(parts) and path.suffix in TEXT and path.is_file():
            yield path


def names(path: Path) -> Iterator[tuple[type, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield type(node), node.name


def modules() -> set[str]:
    """Return every module and package as a path without suffix, relative to mqworker/."""
    package = ROOT / "mqworker"
    files = {path.relative_to(package).with_suffix("") for path in package.rglob("*.py")}
    return {str(each) for each in files} | {str(each.parent) for each in files}


def covered(test: Path) -> bool:
    """Tell whether a module has this test file's name, or the name up to an underscore."""
    place = test.relative_to(ROOT / "tests" / "unit")
    words = test.stem.removeprefix("test_").split("_")
    prefixes = ["_".join(words[:count]) for count in range(len(words), 0, -1)]
    return any(str(place.with_name(each)) in modules() for each in prefixes)


def test_every_package_directory_is_listed_in_the_metadata() -> None:
    metadata = ConfigParser()
    metadata.read(ROOT / "setup.cfg")
    listed = set(metadata["options"]["packages"].split())
    directories = {path.parent for path in (ROOT / "mqworker").rglob("*.py")}
    found = {".".join(each.relative_to(ROOT).parts) for each in directories}
    assert found | {"mqworker.schemas"} == listed


def test_no_source_file_is_longer_than_300_lines() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in python_files()}
    assert {} == {str(path): length for path, length in lengths.items() if length > LONGEST_FILE}


def test_every_unit_test_file_is_named_after_a_module() -> None:
    tests = (ROOT / "tests" / "unit").rglob("test_*.py")
    strangers = [str(path) for path in tests if not covered(path) and path.name not in OF_THE_TREE]
    assert [] == strangers


def test_no_module_is_a_drawer_for_everything() -> None:
    assert [] == [str(path) for path in python_files() if path.stem in DRAWERS]


def test_no_function_or_class_has_a_name_that_says_nothing() -> None:
    vague = [
        f"{path}: {name}"
        for path in (ROOT / "mqworker").rglob("*.py")
        for kind, name in names(path)
        if (VAGUE_CLASS if kind is ast.ClassDef else VAGUE_FUNCTION).match(name)
    ]
    assert [] == vague


def test_every_test_directory_is_a_package_of_its_own() -> None:
    directories = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    assert [] == [str(each) for each in directories if not (each / "__init__.py").exists()]


@pytest.mark.parametrize("forbidden", MACHINES + REGISTRIES)
def test_no_file_names_a_machine_or_a_registry(forbidden: str) -> None:
    assert [] == [str(path) for path in project_files() if forbidden in path.read_text()]
