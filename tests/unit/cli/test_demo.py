from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from mqworker.cli import demo as module
from mqworker.core.traffic import BAD, KINDS
from mqworker.demo import demonstration
from mqworker.sinks.sqlite import SqliteSink
from tests.unit.cli.conftest import Run


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have the demonstration take place where it is cleaned up."""
    place = tmp_path / "tmp"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def test_a_person_is_told_a_story_that_adds_up_and_can_go_on_from_there(
    mqworker: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demonstration, "COUNT", 600)

    result = mqworker("demo")

    assert (0, "") == (result.exit_code, result.stderr)
    assert set(KINDS) <= set(result.stdout.split())
    assert all(reason in result.stdout for reason in BAD.values())
    assert "none lost" in result.stdout
    assert "^^^^^^ expected at most 65535" in result.stdout
    assert result.stdout.replace("\n", "").isprintable()
    command = re.search(r"\$ mqworker (search .*)", result.stdout)
    assert command is not None
    found = mqworker(*command[1].split())
    assert found.exit_code == 0
    assert found.stdout.splitlines()
    assert all(f"  {line}" in result.stdout for line in found.stdout.splitlines())


def test_a_machine_is_told_the_same_in_one_object_that_adds_up(mqworker: Run, place: Path) -> None:
    result = mqworker("demo", "--json", SINK="https://elastic.example.org", PREFETCH="nonsense")

    told = json.loads(result.stdout)
    sent = told["sent"]
    assert (0, True, "") == (result.exit_code, told["complete"], result.stderr)
    assert sent["messages"] == told["stored"] + told["merged"] + sum(sent["bad"].values())
    assert sent["bad"] == told["dead_letters"]
    assert told["stored"] == sum(sent["by_kind"].values()) > 3000
    assert [told["directory"]] == [str(each) for each in place.iterdir()]
    sink = SqliteSink(Path(told["sink"].removeprefix("sqlite:///")))
    assert told["stored"] == sink.count()
    sink.close()
    assert {"_index", "_id", "_source"} == set(told["document"])
    assert "validate" == told["dead_letter"]["headers"]["x-mqworker-stage"]
    assert json.loads(told["dead_letter"]["body"])


def test_a_demonstration_that_does_not_add_up_ends_with_status_1(
    mqworker: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demonstration, "COUNT", 40)
    monkeypatch.setattr(demonstration, "PATIENCE_S", 0.0)

    result = mqworker("demo")

    assert 1 == result.exit_code
    assert "the counts do not add up; the worker's log is " in result.stderr
    assert "This does not add up" in result.stdout


def test_no_room_for_files_is_told_without_a_traceback(
    mqworker: Run, monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(place / "missing"))

    result = mqworker("demo")

    assert 69 == result.exit_code
    assert result.stderr.startswith("mqworker: error: there is no room for the demonstration")


@pytest.mark.parametrize("on_path", [True, False])
def test_the_commands_shown_are_called_as_this_one_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, on_path: bool
) -> None:
    program = tmp_path / "mqworker"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(program)])
    monkeypatch.setenv("PATH", str(tmp_path if on_path else tmp_path / "elsewhere"))

    assert ("mqworker" if on_path else str(program)) == module.own_name()


def test_a_command_that_was_called_in_another_way_is_called_by_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "argv", [shutil.which("sh") or "sh"])

    assert "mqworker" == module.own_name()
