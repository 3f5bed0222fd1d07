from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import pytest

from mqworker.brokers.sqlite import SqliteBroker
from mqworker.cli.sending import Sending
from tests.unit.cli.conftest import Run

BROKER = ("--broker", "sqlite:///broker.db")
LINES = '{"summary": "one"}\nbroken\n{"summary": "three"}\n'


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[SqliteBroker]:
    with closing(SqliteBroker(tmp_path / "broker.db")) as broker:
        broker.declare("eventtask", ["eventtask", "mozdef"])
        yield broker


def test_events_arrive_as_they_were_written_and_bad_lines_are_told(
    mqworker: Run, broker: SqliteBroker
) -> None:
    result = mqworker("publish", *BROKER, "--json", "--run-id", "r", "-", stdin=LINES)

    assert result.exit_code == 65
    assert result.stderr.startswith("mqworker: error: line 2: not JSON: ")
    assert json.loads(result.stdout) == {
        "confirmed": 2,
        "bad": 1,
        "exchange": "eventtask",
        "routing_key": "eventtask",
        "run_id": "r",
    }
    messages = broker.peek("eventtask", 9)
    assert [b'{"summary": "one"}', b'{"summary": "three"}'] == [one.body for one in messages]
    assert ["r-1", "r-3"] == [one.properties.message_id for one in messages]


def test_a_file_is_published_to_the_exchange_and_queue_that_are_named(
    mqworker: Run, broker: SqliteBroker, tmp_path: Path
) -> None:
    broker.declare("other", ["elsewhere"])
    path = tmp_path / "events.json"
    path.write_text('[{"details": {"eventid": "a"}}, {"details": {"eventid": "b"}}]')

    flags = ("--queue", "other", "--exchange", "elsewhere", "--id-field", "details.eventid")
    result = mqworker("publish", *BROKER, *flags, path)

    expected = "2 confirmed, to exchange elsewhere with routing key other\n"
    assert (0, expected) == (result.exit_code, result.stdout)
    assert ["a", "b"] == [one.properties.message_id for one in broker.peek("other", 9)]


def test_no_progress_bar_is_drawn_where_there_is_no_terminal(
    mqworker: Run, broker: SqliteBroker, tmp_path: Path
) -> None:
    path = tmp_path / "events.json"
    path.write_text('{"summary": "x"}')

    result = mqworker("publish", *BROKER, path)

    assert (0, "") == (result.exit_code, result.stderr)
    assert len(broker.peek("eventtask", 9)) == 1


def test_an_empty_file_is_published_without_an_error(mqworker: Run) -> None:
    result = mqworker("publish", *BROKER, "-", stdin="")

    assert (0, True) == (result.exit_code, result.stdout.startswith("0 confirmed"))


def test_an_interrupted_run_tells_how_far_it_came(
    mqworker: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Sending, "send", interrupted)

    result = mqworker("publish", *BROKER, "--run-id", "r", "-", stdin=LINES)

    assert result.exit_code == 130
    assert "stopped after line 0, 0 confirmed" in result.stderr


def interrupted(_sending: Sending, _items: object) -> NoReturn:
    raise KeyboardInterrupt


def test_a_broker_that_does_not_answer_is_told_with_what_to_do(mqworker: Run) -> None:
    url = "amqp://u:hunter2@127.0.0.1:9/%2F"

    result = mqworker("publish", "--broker", url, "--run-id", "r", "-", stdin=LINES)

    assert result.exit_code == 69
    assert "stopped after line 0, 0 confirmed" in result.stderr
    assert "--run-id r" in result.stderr
    assert "hunter2" not in result.output


def test_the_context_of_a_trace_is_passed_on(
    mqworker: Run, broker: SqliteBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    monkeypatch.setenv("TRACEPARENT", parent)
    mqworker("publish", *BROKER, "-", stdin='{"summary": "one"}')

    (message,) = broker.peek("eventtask", 9)
    assert {"traceparent": parent} == message.properties.headers
