from __future__ import annotations

import json
import logging
import shlex
from typing import NoReturn

import pytest

from mqworker.cli.logs import Format, set_up

log = logging.getLogger("mqworker.some.part")


def fail(words: str) -> NoReturn:
    raise OSError(words)


def logged(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


def test_text_is_one_line_of_key_and_value(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("info", "text")
    log.warning("sink not there yet", extra={"attempt": 3, "reason": 'said "no"'})

    pairs = dict(part.split("=", 1) for part in shlex.split(logged(capsys)))
    assert ("warning", "mqworker.some.part") == (pairs["level"], pairs["logger"])
    assert ("sink not there yet", "3") == (pairs["msg"], pairs["attempt"])
    assert pairs["time"].endswith("Z")


def test_json_is_one_object_with_the_same_names(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("info", "json")
    log.info("started", extra={"attempt": 3})

    found = json.loads(logged(capsys))
    assert ["time", "level", "pid", "logger", "msg", "attempt"] == list(found)
    assert ("info", "started", 3) == (found["level"], found["msg"], found["attempt"])


@pytest.mark.parametrize("form", ["text", "json", "plain"])
def test_no_message_can_forge_a_second_line_or_move_the_cursor(
    form: Format, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up("info", form)
    log.info("a\nlevel=error msg=forged\x1b[2J\u2028")

    output = logged(capsys)
    assert output.count("\n") == 1
    assert output.strip("\n").isprintable()


@pytest.mark.parametrize("form", ["text", "json", "plain"])
def test_no_password_of_a_url_is_logged(form: Format, capsys: pytest.CaptureFixture[str]) -> None:
    set_up("info", form)
    try:
        fail("amqp://u:hunter2@h/v")
    except OSError:
        log.exception("no answer from %s", "https://u:hunter2@h")

    assert "hunter2" not in logged(capsys)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_traceback_stays_on_the_line_of_its_record(
    form: Format, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up("info", form)
    try:
        fail("gone")
    except OSError:
        log.exception("failed")

    output = logged(capsys)
    assert output.count("\n") == 1
    assert "Traceback" in output
    assert "OSError: gone" in output


def test_plain_is_what_a_person_reads(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("warning", "plain")
    log.info("not shown")
    log.warning("template is old: version=1")

    assert logged(capsys) == "mqworker: warning: template is old: version=1\n"


def test_libraries_are_heard_only_at_level_debug(capsys: pytest.CaptureFixture[str]) -> None:
    pika = logging.getLogger("pika.adapters.blocking_connection")
    set_up("info", "text")
    pika.error("what our adapter says in its own words")
    quiet = logged(capsys)
    set_up("debug", "text")
    pika.error("the same")

    assert quiet == ""
    assert "the same" in logged(capsys)
