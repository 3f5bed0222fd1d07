"""The configuration snippets, as far as that needs no service."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
OTHERS = {"docker", "grafana", "prometheus", "schemas"}
"""Directories of other things than shippers."""

SHIPPERS = sorted({path.name for path in EXAMPLES.iterdir() if path.is_dir()} - OTHERS)


def test_there_are_snippets_for_all_that_people_use() -> None:
    wanted = {"heka", "beaver", "nxlog", "logstash", "rsyslog", "native-python", "syslog-ng"}
    wanted |= {"filebeat", "fluent-bit", "vector", "opentelemetry"}
    assert wanted <= set(SHIPPERS)


@pytest.mark.parametrize("shipper", SHIPPERS)
def test_a_snippet_has_a_readme_that_names_each_of_its_files(shipper: str) -> None:
    text = (EXAMPLES / shipper / "README.rst").read_text()
    files = [path.name for path in (EXAMPLES / shipper).iterdir() if path.is_file()]
    assert [] == [name for name in files if name != "README.rst" and name not in text]


@pytest.mark.parametrize("shipper", SHIPPERS)
def test_the_manual_names_a_shipper_and_where_its_snippet_is(shipper: str) -> None:
    assert f"examples/{shipper}/" in (ROOT / "docs" / "shippers.rst").read_text()


@pytest.mark.parametrize("name", ["vector/vector.toml", "heka/heka.toml"])
def test_a_snippet_in_toml_is_toml(name: str) -> None:
    assert tomllib.loads((EXAMPLES / name).read_text())
