"""Benchmarks are not run here; that they still fit what they measure is seen at least so."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

import pytest

import benchmarks

MODULES = sorted(each.name for each in walk_packages(benchmarks.__path__, "benchmarks."))


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__main__")])
def test_each_module_finds_what_it_measures(name: str) -> None:
    assert import_module(name).__doc__
