from __future__ import annotations

import json
from pathlib import Path

import pytest

from mqworker.cli import check
from tests.unit.cli.conftest import Run

FLAGS = ("--broker", "sqlite:///broker.db", "--sink", "sqlite:///events.db")


def test_a_sound_set_up_has_ticks_only_and_nothing_is_made(
    mqworker: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = mqworker("check", *FLAGS, "--memory", "sqlite:///memory.db")

    assert 0 == result.exit_code
    assert {"✓"} == {line[0] for line in result.stdout.splitlines()[:-1]}
    assert "7 good" == result.stdout.splitlines()[-1]
    assert [] == list(tmp_path.iterdir())


def test_every_faulty_file_has_a_cross_and_a_cure(mqworker: Run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.json").write_text('{"title": "T", "type": "objekt"}')
    (tmp_path / "three.json").write_text("{")
    result = mqworker("check", "--offline", "--json", "--schemas", tmp_path)
    told = json.loads(result.stdout)

    assert 78 == result.exit_code == told["status"]
    bad = [each for each in told["findings"] if each["verdict"] == "bad"]
    assert 3 == len(bad)
    assert all("docs/schemas.rst" in each["cure"] for each in bad)


def test_examples_are_tried(mqworker: Run, tmp_path: Path) -> None:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Change",
        "allOf": [{"$ref": "event.json"}],
        "x-categories": ["change"],
        "examples": [{"category": "change"}],
    }
    (tmp_path / "change.json").write_text(json.dumps(schema))
    result = mqworker("check", "--offline", "--schemas", tmp_path)

    assert 78 == result.exit_code
    assert "schema change: /examples/0: refused" in result.stdout


def test_what_is_wrong_with_the_configuration_is_told_line_by_line(mqworker: Run) -> None:
    flags = ("--memory", "process:", "--processes", "2", "--retry-min", "1h")
    result = mqworker("check", "--offline", *flags)

    assert 78 == result.exit_code
    assert 2 == result.stdout.count("✗ configuration")


def test_a_memory_that_ends_with_the_worker_is_doubtful(mqworker: Run, tmp_path: Path) -> None:
    flags = ("--broker", f"sqlite:///{tmp_path}/b.db", "--sink", f"sqlite:///{tmp_path}/e.db")
    result = mqworker("check", *flags, "--memory", "process:")

    assert 0 == result.exit_code
    assert "! memory" in result.stdout
    assert "1 doubtful" in result.stdout


def test_a_terminal_without_ticks_gets_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check.sys, "stdout", type("Ascii", (), {"encoding": "ascii"}))
    assert ("ok", "BAD") == (check.mark("good"), check.mark("bad"))
