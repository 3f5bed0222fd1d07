from __future__ import annotations

import json
import tomllib
from pathlib import Path

from mqworker.config.settings import OPTIONS
from tests.unit.cli.conftest import Run


def test_the_effective_configuration_is_printed_with_the_place_of_each_value(
    mqworker: Run, tmp_path: Path
) -> None:
    path = tmp_path / "x.toml"
    path.write_text("prefetch = 600")

    result = mqworker("config", "-c", path, "--batch-age", "1m", QUEUE="other")

    assert result.exit_code == 0
    lines = {line.partition(" = ")[0]: line for line in result.stdout.splitlines()}
    places = [
        lines[name].partition(" # ")[2] for name in ("prefetch", "batch_age", "queue", "bulks")
    ]
    assert [f"{path}: prefetch", "--batch-age", "MQWORKER_QUEUE", "default"] == places


def test_what_is_printed_is_toml_that_means_the_same(mqworker: Run, tmp_path: Path) -> None:
    first = mqworker("config", "--sink", "sqlite:///x.db", "--retry-min", "0.25")
    path = tmp_path / "printed.toml"
    path.write_text(first.stdout.replace("guest:***@", "guest:guest@"))

    second = mqworker("config", "--config", path)

    assert second.exit_code == 0
    assert tomllib.loads(first.stdout) == tomllib.loads(second.stdout)


def test_json_has_value_and_origin_of_every_option(mqworker: Run) -> None:
    result = mqworker("config", "--json", BATCH_AGE="250ms")

    found = json.loads(result.stdout)
    assert list(OPTIONS) == list(found)
    assert {"value": "250ms", "origin": "MQWORKER_BATCH_AGE"} == found["batch_age"]


def test_no_secret_is_printed_in_either_form(mqworker: Run, tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("hunter2")
    path.chmod(0o600)
    flags = ["--broker", "amqp://u:hunter2@h/v", "--broker-password-file", path]

    shown = [mqworker("config", *flags), mqworker("config", *flags, "--json")]

    assert [0, 0] == [result.exit_code for result in shown]
    assert not any("hunter2" in result.output for result in shown)
    assert all("amqp://u:***@h/v" in result.output for result in shown)


def test_every_problem_is_a_line_on_standard_error_and_the_status_78(
    mqworker: Run, tmp_path: Path
) -> None:
    path = tmp_path / "x.toml"
    path.write_text('prefech = 1\nqueue = ""')

    result = mqworker("config", "--config", path, BULKS="few")

    assert result.exit_code == 78
    expected = [
        f"mqworker: error: {path}: prefech: there is no such option; did you mean prefetch?",
        f"mqworker: error: {path}: queue: expected text of 1 to 250 bytes, got ''",
        "mqworker: error: MQWORKER_BULKS: expected a whole number from 1 to 64, got 'few'",
    ]
    assert expected == result.stderr.splitlines()


def test_what_is_doubtful_is_a_warning_and_no_error(mqworker: Run) -> None:
    result = mqworker("config", "--no-sink-verify")

    assert result.exit_code == 0
    assert "sink_verify = false" in result.stdout
