from __future__ import annotations

import json
import tomllib
from pathlib import Path

from tests.unit.cli.conftest import Run

CONF = "[options]\nmquser = mozdef\nmqpassword = hunter2\nmqack = False\n"


def test_a_configuration_of_mozdef_is_printed_as_ours(mqworker: Run, tmp_path: Path) -> None:
    (tmp_path / "esworker_eventtask.conf").write_text(CONF)
    person = mqworker("config", "migrate", "esworker_eventtask.conf")
    machine = mqworker("config", "migrate", "esworker_eventtask.conf", "--json")

    assert (0, 0) == (person.exit_code, machine.exit_code)
    assert tomllib.loads(person.stdout) == json.loads(machine.stdout)["options"]
    assert any("mqack" in note for note in json.loads(machine.stdout)["notes"])
    assert "hunter2" not in person.output + machine.output


def test_it_needs_no_configuration_of_ours_that_is_sound(mqworker: Run, tmp_path: Path) -> None:
    (tmp_path / "mozdef.conf").write_text(CONF)

    assert 0 == mqworker("config", "migrate", "mozdef.conf", BATCH_COUNT="many").exit_code


def test_a_file_that_is_none_of_mozdef_is_bad_data(mqworker: Run, tmp_path: Path) -> None:
    (tmp_path / "other.conf").write_text("hello")
    result = mqworker("config", "migrate", "other.conf")

    assert (65, "") == (result.exit_code, result.stdout)
    assert "other.conf: it is no INI file" in result.stderr
