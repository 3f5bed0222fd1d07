from __future__ import annotations

import json
import logging
import shlex
import sys
from typing import NoReturn

import pytest

from mqworker.cli.journal import JournalHandler
from mqworker.cli.logs import Format, handler_for, set_up

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


def test_json_has_what_a_message_names_and_text_says_it_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up("info", "json")
    log.info("not confirmed count=%d pid=%d", 3, 7)
    found = json.loads(logged(capsys))
    set_up("info", "text")
    log.info("not confirmed count=%d", 3)

    assert 3 == found["count"]
    assert found["pid"] != 7
    assert logged(capsys).endswith('msg="not confirmed count=3"\n')


def test_a_flood_is_held_back_but_for_who_asked_for_everything(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up("info", "text")
    for number in range(100):
        log.error("again %d", number)
    logging.getLogger().handlers[0].close()
    calm = logged(capsys)
    set_up("debug", "text")
    for number in range(100):
        log.error("again %d", number)

    assert (21, 100) == (calm.count("\n"), logged(capsys).count("\n"))
    assert "80 more like this in 30 s" in calm
    assert "held_back=80" in calm


def test_a_line_that_goes_into_the_journal_begins_with_its_priority(
    capsys: pytest.CaptureFixture[str],
) -> None:
    handler = handler_for("text", into_journal=True)
    handler.handle(logging.makeLogRecord({"levelno": logging.WARNING, "msg": "x"}))

    assert logged(capsys).startswith("<4>time=")


def test_auto_is_the_journal_where_standard_error_leads_into_it() -> None:
    found = [handler_for("auto", into_journal=each) for each in (True, False)]
    for each in found:
        each.close()
    assert [JournalHandler, logging.StreamHandler] == [type(each) for each in found]


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_defect_that_ends_the_process_is_a_line_of_the_log(
    form: Format, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up("info", form)
    try:
        int("MARKER")
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)

    output = logged(capsys)
    assert output.count("\n") == 1
    assert "ended by a defect of mqworker" in output
    assert "base 10" not in output
