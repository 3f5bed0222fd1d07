from __future__ import annotations

import json

from tests.unit.cli.conftest import Run

SINK = ("--sink", "sqlite:///sink.db")


def test_setup_says_what_is_there(mqworker: Run) -> None:
    person, machine = mqworker("setup", *SINK), mqworker("setup", *SINK, "--json")

    assert (0, 0) == (person.exit_code, machine.exit_code)
    assert person.stdout.strip() == json.loads(machine.stdout)["sink"]


def test_setup_needs_no_broker_and_none_of_its_files(mqworker: Run) -> None:
    result = mqworker("setup", *SINK, BROKER_CA_FILE="/nonexistent/ca.pem")

    assert result.exit_code == 0


def test_a_sink_that_does_not_answer_is_told_with_status_69(mqworker: Run) -> None:
    result = mqworker("setup", "--sink", "http://127.0.0.1:9")

    assert result.exit_code == 69
    assert result.stderr.startswith("mqworker: error: ")
