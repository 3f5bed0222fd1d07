from __future__ import annotations

from mqworker.cli.search import told
from tests.unit.cli.conftest import Run

SINK = ("--sink", "sqlite:///sink.db")


def test_nothing_found_is_no_error(mqworker: Run) -> None:
    mqworker("setup", *SINK)

    result = mqworker("search", *SINK, "nothing")

    assert (0, "", "nothing found\n") == (result.exit_code, result.stdout, result.stderr)


def test_a_sink_that_does_not_answer_is_told_with_status_69(mqworker: Run) -> None:
    result = mqworker("search", "--sink", "http://u:hunter2@127.0.0.1:9", "word")

    assert result.exit_code == 69
    assert result.stderr.startswith("mqworker: error: ")
    assert "hunter2" not in result.output


def test_a_hit_is_told_by_when_what_and_where_without_control_characters() -> None:
    source = {"utctimestamp": "T", "category": "syslog", "hostname": "h\x1b", "summary": "s\n" * 90}

    lines = told({"_index": "events-20261123", "_id": "m:0", "_source": source}).splitlines()

    assert ["T  syslog  h\\x1b", "    events-20261123/m:0"] == [lines[0], lines[2]]
    assert len(lines) == 3
    assert len(lines[1]) <= 104
