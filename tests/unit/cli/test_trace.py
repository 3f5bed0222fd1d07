from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from mqworker.cli.trace import COLORS, painted, tell_people
from mqworker.core.storytelling import tell
from mqworker.sinks.sqlite import SqliteSink
from tests.stories import ADDRESS, SESSION, documents, event, stored, told, web
from tests.unit.cli.conftest import Run

SINK = ("--sink", "sqlite:///sink.db")


@pytest.fixture
def store(mqworker: Run, tmp_path: Path) -> Callable[..., None]:
    """Stores correlated events where the command looks for them."""
    del mqworker  # it changes the directory

    def write(*events: dict[str, Any]) -> None:
        sink = SqliteSink(tmp_path / "sink.db")
        assert {"stored"} == {outcome.status for outcome in sink.write(documents(events))}
        sink.close()

    return write


@pytest.mark.parametrize("value", [ADDRESS, SESSION, "mallory", "m:1"])
def test_a_story_is_told_as_text_without_color_where_nobody_looks(
    mqworker: Run, store: Callable[..., None], value: str
) -> None:
    store(*web())

    result = mqworker("trace", *SINK, value)

    assert (0, "") == (result.exit_code, result.stderr)
    assert result.stdout.splitlines() == list(tell(told(stored(*web()), value)))


def test_a_story_for_machines_is_one_object_and_its_notes_are_told_aside(
    mqworker: Run, store: Callable[..., None]
) -> None:
    store(*web())

    result = mqworker("trace", *SINK, "--json", ADDRESS)

    story = json.loads(result.stdout)
    assert ["value", "events", "links"] == list(story)
    assert ["m:0", "m:1", "m:2"] == [one["id"] for one in story["events"]]
    assert result.stderr.startswith("Whoever shares this address")


def test_a_story_is_drawn_into_one_file_that_only_its_owner_reads(
    mqworker: Run, store: Callable[..., None], tmp_path: Path
) -> None:
    store(*web())

    result = mqworker("trace", *SINK, "--html", "story.html", ADDRESS)

    page = tmp_path / "story.html"
    assert (0, "story.html: 3 events\n") == (result.exit_code, result.stdout)
    assert page.read_text().startswith("<!DOCTYPE html>")
    assert page.stat().st_mode & 0o777 == 0o600


def test_a_page_that_can_not_be_written_is_wrong_usage(
    mqworker: Run, store: Callable[..., None]
) -> None:
    store(*web())

    result = mqworker("trace", *SINK, "--html", "missing/story.html", ADDRESS)

    assert result.exit_code == 2
    assert "No such file or directory" in result.stderr


def test_only_as_many_events_of_such_a_time_as_asked_for_are_told(
    mqworker: Run, store: Callable[..., None]
) -> None:
    store(*(event(n * 60, "shop", f"{n}", sourceipaddress=ADDRESS) for n in range(9)))
    times = ("--since", "2026-11-23T12:02:00Z", "--until", "2026-11-23T12:07:00Z")

    result = mqworker("trace", *SINK, *times, "--limit", "3", "--json", ADDRESS)

    assert ["5", "6", "7"] == [one["summary"] for one in json.loads(result.stdout)["events"]]
    assert "There are more events than 3" in result.stderr


def test_nothing_found_is_no_error_as_in_a_search(
    mqworker: Run, store: Callable[..., None]
) -> None:
    store(*web())

    person, machine = mqworker("trace", *SINK, "bob"), mqworker("trace", *SINK, "--json", "bob")

    assert (0, "", "nothing found\n") == (person.exit_code, person.stdout, person.stderr)
    assert {"value": "bob", "events": [], "links": []} == json.loads(machine.stdout)


def test_the_rules_are_those_of_the_file_that_is_named(
    mqworker: Run, store: Callable[..., None], tmp_path: Path
) -> None:
    store(*web())
    (tmp_path / "bad.toml").write_text("version = 1")

    result = mqworker("trace", *SINK, "--rules", "bad.toml", ADDRESS)

    assert result.exit_code == 78
    assert "bad.toml" in result.stderr


def test_a_sink_that_does_not_answer_is_told_with_status_69(mqworker: Run) -> None:
    result = mqworker("trace", "--sink", "http://u:hunter2@127.0.0.1:9", ADDRESS)

    assert result.exit_code == 69
    assert result.stderr.startswith("mqworker: error: ")
    assert "hunter2" not in result.output


@pytest.mark.parametrize(
    "args",
    [("",), (" ",), (os.fsdecode(b"\xff"),), (ADDRESS, "--since", "2027", "--until", "2026")],
)
def test_what_can_not_be_asked_for_is_wrong_usage(mqworker: Run, args: tuple[str, ...]) -> None:
    assert mqworker("trace", *SINK, *args).exit_code == 2


def test_a_hostile_event_moves_no_cursor(mqworker: Run, store: Callable[..., None]) -> None:
    store(event(0, "\x1b[2J", "\x9b1m\u202e", sourceipaddress=ADDRESS, username="\x1b]0;"))

    result = mqworker("trace", *SINK, ADDRESS)

    assert all(line.isprintable() for line in result.stdout.splitlines())


def test_every_tone_has_a_color_that_a_terminal_knows() -> None:
    assert all(
        text != "x" and click.unstyle(text) == "x" for text in (painted("x", t) for t in COLORS)
    )


def test_a_terminal_gets_its_width_and_color_unless_it_wants_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("NO_COLOR", raising=False)
    story = told(stored(*web()), ADDRESS)

    tell_people(story)
    colored = capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    tell_people(story)
    plain = capsys.readouterr().out

    assert "\x1b[1m" in colored
    assert plain.splitlines() == list(tell(story, 120))
