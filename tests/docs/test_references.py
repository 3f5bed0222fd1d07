"""What the documentation names is there: files, options, variables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import click
import pytest

from mqworker.cli.group import main
from mqworker.config.settings import OPTIONS
from tests.docs.lines import INLINE, ROOT

PLACEHOLDER = re.compile(r"\b(?:NAME|PID|QUEUE|UID)\b")
HISTORY = ROOT / "CHANGELOG.rst"
PAGES = sorted([*ROOT.glob("*.rst"), *ROOT.glob("docs/*.rst"), *ROOT.glob("examples/*/*.rst")])
FILE = re.compile(r"(?:benchmarks|docs|examples|mqworker|schemas|systemd|tests)/[\w@.*/-]*")
WORD = re.compile(r"\w+")
PROGRAMS_OF_OTHERS = ("docker ", "make ", "pip ", "python ", "systemctl ")
FLAGS_OF_OTHERS = {"--strict", "--token"}  # mypy's, of texts that hold secrets
VARIABLES_OF_OTHERS = re.compile(
    "MQWORKER_(?:COMPILE|CONFIG|SHARED|TEST_[A-Z_]*)"  # setup.py's, of all options, of the tests
    "|MQWORKER_(?:SERVICE_HOST|PORT_.*)"  # made by Kubernetes
    "|MQWORKER_(?:LOGGER|NAME|ROLE|TRACEBACK)"  # fields of the journal
)


def flags(group: click.Group, context: click.Context) -> Iterator[str]:
    """Give every flag of every command."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        for parameter in command.params:
            yield from [*parameter.opts, *parameter.secondary_opts]
        if isinstance(command, click.Group):
            yield from flags(command, click.Context(command, context, name))


FLAGS = {*flags(main, click.Context(main)), "--help", "--version"} | FLAGS_OF_OTHERS
VARIABLES = {option.variable for option in OPTIONS.values()}


def literals(page: Path) -> list[str]:
    """Return what a page has as code within its sentences."""
    return [" ".join(found[1].split()) for found in INLINE.finditer(page.read_text())]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_options_and_variables_that_a_page_names_are_there(page: Path) -> None:
    named = literals(page)
    files = [each for each in named if FILE.fullmatch(each) and not PLACEHOLDER.search(each)]
    ours = [each for each in named if not each.startswith(PROGRAMS_OF_OTHERS)]
    options = [flag for each in ours for flag in re.findall(r"(?<!\S)--[a-z][a-z-]*", each)]
    variables = [name for each in named for name in re.findall(r"\bMQWORKER_[A-Z_0-9]+", each)]
    assert page == HISTORY or [] == [each for each in files if not list(ROOT.glob(each))]
    assert [] == [each for each in options if each not in FLAGS]
    assert [] == [
        each for each in variables if each not in VARIABLES and not VARIABLES_OF_OTHERS.match(each)
    ]


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/*.rst")), ids=lambda page: page.name)
def test_a_page_of_the_manual_links_to_the_others(page: Path) -> None:
    """With `:doc:`, which is followed when the manual is built."""
    assert [] == [each for each in literals(page) if re.fullmatch(r"docs/[\w-]+\.rst", each)]


def test_the_architecture_names_every_layer() -> None:
    """As setup.cfg lists them for the linter."""
    contracts = ConfigParser()
    contracts.read(ROOT / "setup.cfg")
    layers = WORD.findall(contracts["importlinter:contract:layers"]["layers"])
    named = literals(ROOT / "docs" / "architecture.rst")
    assert [] == [each for each in layers if each not in named]
