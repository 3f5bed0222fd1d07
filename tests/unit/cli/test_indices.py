from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mqworker.core.message import Document
from mqworker.sinks.sqlite import SqliteSink
from tests.unit.cli.conftest import Run

SINK = ("--sink", "sqlite:///sink.db")
AGES = [0, 9, 10, 11, 400]


def named(age: int) -> str:
    return f"events-{datetime.now(UTC) - timedelta(days=age):%Y%m%d}"


@pytest.fixture(autouse=True)
def _stored(tmp_path: Path) -> None:
    names = [*map(named, AGES), "events-out-of-range"]
    with closing(SqliteSink(tmp_path / "sink.db")) as sink:
        sink.write([Document(name, "1", b'{"summary":"x","details":{}}') for name in names])


def listed(mqworker: Run) -> set[str]:
    lines = mqworker("indices", "list", *SINK, "--json").stdout.splitlines()
    return {json.loads(line)["name"] for line in lines}


def test_every_index_is_listed_for_people_and_for_programs(mqworker: Run) -> None:
    told = mqworker("indices", "list", *SINK).stdout

    assert {*map(named, AGES), "events-out-of-range"} == listed(mqworker)
    assert all(name in told for name in listed(mqworker))


def test_without_a_yes_nothing_is_removed_and_it_is_told_what_would_be(mqworker: Run) -> None:
    before = listed(mqworker)
    result = mqworker("indices", "prune", *SINK, "--keep", 10, "--json")

    told = json.loads(result.stdout)
    assert ([named(400), named(11)], 2, False) == (
        told["indices"],
        told["documents"],
        told["removed"],
    )
    assert "say --yes" in mqworker("indices", "prune", *SINK, "--keep", 10).stdout
    assert before == listed(mqworker)


def test_older_days_are_removed_and_nothing_else(mqworker: Run) -> None:
    result = mqworker("indices", "prune", *SINK, "--keep", 10, "--yes")

    assert result.exit_code == 0
    assert "removed 2 indices of 2 documents" in result.stdout
    assert {*map(named, [0, 9, 10]), "events-out-of-range"} == listed(mqworker)


def test_events_out_of_range_are_removed_only_when_told(mqworker: Run) -> None:
    mqworker("indices", "prune", *SINK, "--keep", 3000, "--out-of-range", "--yes")

    assert {*map(named, AGES)} == listed(mqworker)


def test_days_that_late_events_still_make_are_warned_of(mqworker: Run) -> None:
    late = mqworker("indices", "prune", *SINK, "--keep", 10)
    safe = mqworker("indices", "prune", *SINK, "--keep", 90)

    assert ["days_back" in result.stderr for result in (late, safe)] == [True, False]


def test_how_many_days_to_keep_has_to_be_said(mqworker: Run) -> None:
    result = mqworker("indices", "prune", *SINK, "--yes")

    assert (2, 6) == (result.exit_code, len(listed(mqworker)))
