from __future__ import annotations

import pytest

from mqworker import __version__
from mqworker.cli.group import COMMANDS
from mqworker.config.cloudtrail import CloudtrailOptions
from mqworker.config.intake import IntakeOptions
from mqworker.config.option import Option, options_of
from mqworker.config.settings import OPTIONS, WORKER
from tests.unit.cli.conftest import Run

# A group has commands, and these are what takes options.
GROUPS = {
    "deadletter": ["list", "show", "replay", "purge", "policy"],
    "indices": ["list", "prune"],
}
# `completion` prints a script for a shell, whatever is configured.
LINES = [
    [name, *rest] for name in COMMANDS for rest in ([each] for each in GROUPS.get(name, ()))
] + [[name] for name in COMMANDS if name not in GROUPS and name != "completion"]


def test_the_version_is_printed_on_demand(mqworker: Run) -> None:
    result = mqworker("--version")

    assert (f"mqworker {__version__}\n", 0) == (result.output, result.exit_code)


def test_help_names_every_command_and_exit_status(mqworker: Run) -> None:
    result = mqworker("--help")

    assert result.exit_code == 0
    missing = [name for name in (*COMMANDS, "65", "69", "75", "78") if name not in result.output]
    assert [] == missing


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_every_command_has_help_and_json(mqworker: Run, line: list[str]) -> None:
    result = mqworker(*line, "--help")

    assert result.exit_code == 0
    assert "--json" in result.output


@pytest.mark.parametrize("line", [line for line in LINES if line != ["demo"]], ids=" ".join)
def test_every_command_takes_a_configuration_file(mqworker: Run, line: list[str]) -> None:
    assert "--config FILE" in mqworker(*line, "--help").output


OF_WORKER = [option for section in WORKER for option in options_of(section)]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("run", OF_WORKER),
        ("config", list(OPTIONS.values())),
        ("cloudtrail", list(options_of(CloudtrailOptions))),
        ("intake", list(options_of(IntakeOptions))),
    ],
    ids=["run", "config", "cloudtrail", "intake"],
)
def test_every_option_is_a_flag_that_help_tells(
    mqworker: Run, name: str, options: list[Option]
) -> None:
    output = mqworker(name, "--help").output

    assert [] == [option.flag for option in options if f" {option.flag} " not in output]
    assert [] == [
        option.name for option in options if option.is_switch and f"--no-{option.key}" not in output
    ]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["pubish"], "there is no command 'pubish'; did you mean publish?"),
        (["xyzzy"], "there is no command 'xyzzy'; try --help"),
        (["config", "--batch-cuont", "1"], "No such option '--batch-cuont'"),
        (["config", "--batch-count", "x"], "'--batch-count': expected a whole number, 1 or more"),
        (["config", "--on-invalid", "drop"], "expected dead-letter or tag, got 'drop'"),
        (["config", "--broker", "u:hunter2@h"], "expected a URL"),
        (["search"], "Missing argument 'WORDS...'"),
        (["explain"], "Missing argument 'FILE'"),
        (["explain", "missing.json"], "missing.json"),
        (["explain", "--received", "yesterday", "-"], "expected a time such as"),
        (["publish", "--run-id", "", "-"], "expected 1 to 200 printable ASCII characters"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_is_wrong(
    mqworker: Run, args: list[str], words: str
) -> None:
    result = mqworker(*args, stdin="")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert "mqworker: error: " in result.stderr
    assert words in result.stderr
    assert "hunter2" not in result.output
