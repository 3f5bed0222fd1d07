import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mqworker.core.errors import Misconfigured, SinkUnavailable
from mqworker.core.message import DUPLICATE, STORED, Document
from mqworker.sinks.sqlite import SqliteSink
from mqworker.sinks.sqlite_numbers import COUNTER_BITS, first_number


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.db"


@pytest.fixture
def sink(path: Path) -> Iterator[SqliteSink]:
    sink = SqliteSink(path, lock_timeout_s=0.05)
    yield sink
    sink.close()


def document(id_: str, *, index: str = "events-20261123", **fields: object) -> Document:
    return Document(
        index, id_, orjson.dumps({"utctimestamp": "2026-11-23T10:00:00+00:00", **fields})
    )


def found(sink: SqliteSink, words: str, limit: int = 10) -> list[str]:
    return [hit["_id"] for hit in sink.search(words, limit)]


def test_verify_says_what_is_there(sink: SqliteSink, path: Path):
    sink.write([document("1")])
    assert sink.verify() == f"SQLite document store {path}, format 1: 1 documents"


def test_a_message_broker_is_refused_as_a_document_store(sink: SqliteSink, path: Path):
    sink.verify()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA application_id = 1835104098")
    connection.close()
    sink.close()
    with pytest.raises(Misconfigured, match="no mqworker document store"):
        sink.verify()


def test_a_document_is_kept_byte_for_byte(sink: SqliteSink, path: Path):
    source = b'{ "b":1.50, "a":"\\u00e9" }'
    sink.write([Document("i", "1", source)])
    with sqlite3.connect(path) as connection:
        kept = connection.execute("SELECT source FROM documents").fetchall()
    connection.close()
    assert kept == [(source,)]


def test_the_newest_by_their_own_time_come_first_whatever_the_order_of_arrival(sink: SqliteSink):
    times = ["10:00:00.002", "10:00:00.001", "10:00:00.003", "09:00:00"]
    sink.write(
        [document(time, utctimestamp=f"2026-11-23T{time}+00:00", word="x") for time in times]
    )
    newest_first = sorted(times, reverse=True)
    assert found(sink, "x") == newest_first
    assert found(sink, "") == newest_first
    assert found(sink, "x", limit=2) == newest_first[:2]


def test_of_one_time_the_last_to_arrive_comes_first(sink: SqliteSink):
    for id_ in "abc":
        sink.write([document(id_)])
    assert found(sink, "") == ["c", "b", "a"]


def test_a_millisecond_that_is_full_goes_on_in_the_next_one(sink: SqliteSink, path: Path):
    sink.write([document("first"), document("next", utctimestamp="2026-11-23T10:00:00.001Z")])
    number = first_number(datetime(2026, 11, 23, 10, tzinfo=UTC))
    with sqlite3.connect(path) as connection:
        connection.execute(
            "UPDATE documents SET number = ? WHERE id = 'first'", (number + 2**COUNTER_BITS - 1,)
        )
    connection.close()
    assert sink.write([document("second")]) == [STORED]
    assert found(sink, "") == ["second", "next", "first"]


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_time_out_of_all_bounds_is_no_obstacle(sink: SqliteSink, time: str):
    documents = [document(id_, utctimestamp=time) for id_ in "ab"]
    assert sink.write(documents) == [STORED, STORED]
    assert found(sink, "") == ["b", "a"]


def test_words_are_found_in_any_field_without_case_and_accents(sink: SqliteSink):
    sink.write(
        [document("1", summary="Zürich login FAILED", details={"source": {"ip": "192.0.2.7"}})]
    )
    queries = ["zurich failed", "LOGIN", "192.0.2.7", "0.2", "Zürich 192.0.2.7"]
    assert [found(sink, words) for words in queries] == [["1"]] * 5


def test_every_word_must_be_there(sink: SqliteSink):
    sink.write([document("1", summary="login failed")])
    assert found(sink, "login succeeded") == []


@pytest.mark.parametrize(
    "words",
    ['"', '"login', "login AND NOT x", "text:login", "login*", "(login", "NEAR(a b)", "^a", "\0"],
)
def test_the_syntax_of_the_index_is_out_of_reach(sink: SqliteSink, words: str):
    sink.write([document("1", summary="login")])
    assert found(sink, words) in ([], ["1"])


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30))
def test_no_words_make_the_search_fail(sink: SqliteSink, words: str):
    sink.search(words, 1)


def test_a_lock_held_too_long_is_to_be_retried_and_what_is_bad_is_still_refused(
    sink: SqliteSink, path: Path
):
    sink.verify()
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        outcomes = sink.write([document("1"), Document("i", "2", b"{"), document("3")])
    other.close()
    assert [outcome.status for outcome in outcomes] == ["retry", "refused", "retry"]
    assert "locked by another process" in outcomes[0].reason
    assert sink.write([document("1")]) == [STORED]


def test_a_full_disk_is_to_be_retried_and_stores_nothing(sink: SqliteSink):
    sink.verify()
    assert sink.connection is not None
    sink.connection.execute("PRAGMA max_page_count = 20")
    outcomes = sink.write([document("1"), document("2", blob="x" * 200_000)])
    assert [outcome.status for outcome in outcomes] == ["retry", "retry"]
    assert "the disk is full" in outcomes[0].reason
    assert sink.count() == 0


def test_a_missing_directory_is_told_by_verify_and_retried_by_write(tmp_path: Path):
    sink = SqliteSink(tmp_path / "missing" / "events.db")
    with pytest.raises(Misconfigured, match="No such file or directory"):
        sink.verify()
    assert [outcome.status for outcome in sink.write([document("1")])] == ["retry"]
    (tmp_path / "missing").mkdir()
    assert sink.write([document("1")]) == [STORED]
    sink.close()


def test_a_store_that_was_damaged_and_restored_is_opened_again(sink: SqliteSink):
    sink.write([document("1")])
    assert sink.connection is not None
    sink.connection.close()
    (outcome,) = sink.write([document("2")])
    assert (outcome.status, sink.write([document("2")])) == ("retry", [STORED])


def test_reading_a_store_that_is_locked_up_is_an_outage(sink: SqliteSink, path: Path):
    sink.verify()
    sink.close()
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(SinkUnavailable, match="locked"):
            sink.count()
    other.close()


def test_a_document_twice_in_a_batch_is_stored_once(sink: SqliteSink):
    assert sink.write([document("1"), document("1")]) == [STORED, DUPLICATE]
    assert sink.count() == 1
