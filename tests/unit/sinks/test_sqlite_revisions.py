import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mqworker.core.errors import SinkUnavailable
from mqworker.core.message import Amendment, Document, Place, Stored
from mqworker.sinks.sqlite import SqliteSink

INDEX = "events-20261123"
SUMMARIES = st.text(alphabet="ab é\0'\"1.", max_size=12)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.db"


@pytest.fixture
def sink(path: Path) -> Iterator[SqliteSink]:
    sink = SqliteSink(path, lock_timeout_s=0.05)
    yield sink
    sink.close()


def write(sink: SqliteSink, **summaries: str) -> None:
    sink.write(
        [Document(INDEX, id_, orjson.dumps({"summary": text})) for id_, text in summaries.items()]
    )


def fetch(sink: SqliteSink, id_: str) -> Stored:
    (stored,) = sink.fetch([Place(INDEX, id_)])
    assert stored is not None
    return stored


def amendment(sink: SqliteSink, id_: str, **fields: Any) -> Amendment:
    return Amendment(Place(INDEX, id_), orjson.dumps(fields), fetch(sink, id_).version)


def indexed(path: Path) -> list[tuple[str, int, int]]:
    """Return each word of the index, in how many documents it is, and how often."""
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
        connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab (main, words, row)")
        terms = connection.execute("SELECT * FROM temp.terms ORDER BY term").fetchall()
    connection.close()
    return terms


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("xyz"), SUMMARIES), max_size=12))
def test_the_index_of_words_is_as_if_the_last_state_had_been_written_at_once(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]]
):
    directory = tmp_path_factory.mktemp("stores")
    last = {"x": "a b", "y": "b", "z": ""}
    stores = [SqliteSink(directory / name) for name in ("completed.db", "fresh.db")]
    write(stores[0], **last)
    for id_, text in steps:
        stores[0].amend([amendment(stores[0], id_, summary=text)])
        last[id_] = text
    write(stores[1], **last)
    for store in stores:
        store.close()

    assert indexed(directory / "fresh.db") == indexed(directory / "completed.db")


def test_a_lock_held_too_long_is_an_outage_that_passes(sink: SqliteSink, path: Path):
    write(sink, a="first")
    change = amendment(sink, "a", summary="second")
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        outcomes = sink.amend([change, change])
        assert {"summary": "first"} == fetch(sink, "a").source
    other.close()

    assert ["retry", "retry"] == [outcome.status for outcome in outcomes]
    assert "locked by another process" in outcomes[0].reason
    assert ["stored"] == [outcome.status for outcome in sink.amend([change])]


def test_a_full_disk_is_to_be_retried_and_completes_nothing(sink: SqliteSink):
    write(sink, a="first", b="first")
    changes = [amendment(sink, "a", summary="second"), amendment(sink, "b", blob="x" * 200_000)]
    assert sink.connection is not None
    sink.connection.execute("PRAGMA max_page_count = 20")

    outcomes = sink.amend(changes)

    assert ["retry", "retry"] == [outcome.status for outcome in outcomes]
    assert "the disk is full" in outcomes[0].reason
    assert {"summary": "first"} == fetch(sink, "a").source


def test_a_store_that_can_not_be_opened_is_an_outage_for_who_completes(tmp_path: Path):
    sink = SqliteSink(tmp_path / "missing" / "events.db")

    with pytest.raises(SinkUnavailable, match="No such file or directory"):
        sink.fetch([Place(INDEX, "a")])
    (outcome,) = sink.amend([Amendment(Place(INDEX, "a"), b"{}", (1, 1))])

    assert "retry" == outcome.status


def test_a_connection_that_broke_is_opened_again(sink: SqliteSink):
    write(sink, a="first")
    assert sink.connection is not None
    sink.connection.close()

    with pytest.raises(SinkUnavailable):
        sink.fetch([Place(INDEX, "a")])

    assert {"summary": "first"} == fetch(sink, "a").source


def test_a_completed_document_keeps_its_place_in_time(sink: SqliteSink):
    for id_ in "abc":
        write(sink, **{id_: "word"})
    sink.amend([amendment(sink, "a", summary="word")])

    assert ["c", "b", "a"] == [hit["_id"] for hit in sink.search("word", 10)]
