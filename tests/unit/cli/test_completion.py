from __future__ import annotations

import subprocess
import sys

import pytest

from mqworker.cli.group import COMMANDS
from tests.unit.cli.conftest import Run

HEAVY = {"elasticsearch", "kombu", "pika", "jsonschema", "jsonschema_rs", "redis", "boto3"}
ASKED = """
import os, sys
os.environ.update(_MQWORKER_COMPLETE="bash_complete", COMP_WORDS={words!r}, COMP_CWORD={last!r})
from mqworker.cli import main
try:
    main(prog_name="mqworker")
finally:
    print("IMPORTED", *sys.modules)
"""


def ask(*words: str) -> tuple[list[str], set[str]]:
    """Complete the last of these words as a shell would; return that, and what was imported."""
    code = ASKED.format(words=" ".join(words), last=str(len(words) - 1))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    answers, _, imported = done.stdout.partition("IMPORTED")
    return answers.split(), set(imported.split())


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_is_printed_for_each_shell(mqworker: Run, shell: str) -> None:
    result = mqworker("completion", shell)

    assert result.exit_code == 0
    assert f"_MQWORKER_COMPLETE={shell}_complete" in result.output


def test_a_shell_that_is_not_known_is_wrong_usage(mqworker: Run) -> None:
    assert mqworker("completion", "csh").exit_code == 2


def test_every_command_is_proposed_and_none_is_imported_for_that() -> None:
    answers, imported = ask("mqworker", "")

    assert [f"plain,{name}" for name in COMMANDS] == answers
    assert set() == {f"mqworker.cli.{name}" for name in COMMANDS} & imported


@pytest.mark.parametrize("command", ["run", "setup", "check", "search", "intake", "cloudtrail"])
def test_the_flags_of_a_command_are_proposed_without_what_it_speaks_to_services_with(
    command: str,
) -> None:
    answers, imported = ask("mqworker", command, "--log-f" if command == "run" else "--js")

    assert [f"plain,{'--log-format' if command == 'run' else '--json'}"] == answers
    assert set() == HEAVY & imported
