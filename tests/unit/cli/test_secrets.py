"""Commands that people type, with passwords in URLs and in files, and services that are away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run

PASSWORD = "Planted/Secret:1@x"  # noqa: S105 - as a URL must not hold it: it comes in several forms
QUOTED = "Planted%2FSecret%3A1%40x"
FORMS = (PASSWORD, QUOTED, "Planted/Secret", "PlantedKey")

BROKER = ("--broker", f"amqp://joe:{QUOTED}@127.0.0.1:1/")
SINK = ("--sink", f"http://joe:{QUOTED}@127.0.0.1:1")
MEMORY = ("--memory", f"redis://joe:{QUOTED}@127.0.0.1:1/0")
MALFORMED = ("--sink", f"htp://joe:{PASSWORD}@127.0.0.1:1")

COMMANDS = [
    ("config", *BROKER, *SINK, *MEMORY),
    ("config", *BROKER, *MALFORMED),
    ("check", *BROKER, *SINK, *MEMORY),
    ("check", *BROKER, *MALFORMED),
    ("check", "--broker", f"amqp://joe:{PASSWORD}@127.0.0.1:1/"),
    ("check", "--management-url", f"http://joe:{QUOTED}@127.0.0.1:1", *BROKER, *SINK),
    ("setup", *SINK),
    ("search", *SINK, "word"),
    ("trace", *SINK, "192.0.2.1"),
    ("indices", "list", *SINK),
    ("deadletter", "list", *BROKER),
    ("publish", *BROKER, "events.json"),
    ("run", *MALFORMED),
]


@pytest.mark.parametrize("more", [(), ("--json",)], ids=["people", "programs"])
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_no_command_shows_a_secret(
    mqworker: Run, tmp_path: Path, command: tuple[str, ...], more: tuple[str, ...]
) -> None:
    (tmp_path / "events.json").write_text('{"summary": "x"}\n')
    (tmp_path / "key").write_text("PlantedKey")
    files = {"SINK_API_KEY_FILE": "key", "PRIVACY_KEY_FILE": "key", "BROKER_PASSWORD_FILE": "key"}
    keep = {} if "joe" in str(command) else files
    result = mqworker(*command, *more, **keep)

    assert "127.0.0.1" in result.output
    assert [] == [form for form in FORMS if form in result.output]


@pytest.mark.parametrize("more", [(), ("--json",)])
@pytest.mark.parametrize("command", ["config", "check", "publish"])
def test_no_command_shows_what_a_file_of_secrets_holds(
    mqworker: Run, tmp_path: Path, command: str, more: tuple[str, ...]
) -> None:
    (tmp_path / "key").write_text("PlantedKey\nPlantedKey:PlantedKey\x00")
    (tmp_path / "events.json").write_text('{"summary": "x"}\n')
    names = ("BROKER_PASSWORD", "SINK_API_KEY", "MEMORY_PASSWORD", "PRIVACY_KEY")
    names += ("INTAKE_TOKENS", "INTAKE_USERS")
    flags = ("events.json",) if command == "publish" else ()
    result = mqworker(command, *more, *flags, **{f"{name}_FILE": "key" for name in names})

    assert "PlantedKey" not in result.output
    assert "PlantedKey" not in str(result.exception)
