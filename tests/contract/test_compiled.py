"""The same tests run over the sources and over the compiled modules: which of them it is."""

import os
from configparser import ConfigParser
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def listed():
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    return config["mqworker:compiled"]["modules"].split()


@pytest.mark.parametrize("file", listed())
def test_a_module_is_what_is_being_tested(file):
    module = import_module(file.removesuffix(".py").replace("/", "."))
    suffix = Path(module.__file__).suffix
    assert (".so" if os.environ.get("MQWORKER_TEST_COMPILED") else ".py") == suffix
    assert ROOT in Path(module.__file__).parents
