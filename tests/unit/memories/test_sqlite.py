import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mqworker.core.errors import MemoryUnavailable, Misconfigured
from mqworker.database import transaction
from mqworker.memories.sqlite import SqliteMemory
from mqworker.sinks.sqlite import SqliteSink
from tests.sightings import IDENTITY, batch, changed


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory.db"


@pytest.fixture
def memory(path: Path) -> Iterator[SqliteMemory]:
    with closing(SqliteMemory(path, IDENTITY, lock_timeout_s=0.05)) as memory:
        yield memory


def names(memory: SqliteMemory) -> list[str]:
    """Return the ID of the first sighting of each new entry."""
    return [entry.sightings[0].id for entry in memory.exchange([])]


def test_own_sightings_are_given_back_as_they_are_and_not_decoded(memory: SqliteMemory):
    mine = batch("a")
    assert memory.exchange(mine)[0].sightings is mine


def test_what_is_appended_is_synced_to_the_disk(memory: SqliteMemory):
    memory.exchange([])
    assert memory.connection is not None
    assert memory.connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_file_of_something_else_is_refused_at_the_first_call(memory: SqliteMemory, path: Path):
    with closing(SqliteSink(path)) as sink:
        sink.verify()
    with pytest.raises(Misconfigured, match="no mqworker memory of correlation"):
        memory.exchange([])


def test_a_log_of_a_newer_format_is_refused_at_the_first_call(memory: SqliteMemory, path: Path):
    memory.exchange(batch("a"))
    memory.close()
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 2")
    with pytest.raises(Misconfigured, match="newer mqworker"):
        memory.exchange([])


def test_a_directory_that_is_not_there_is_refused_at_the_first_call(tmp_path: Path):
    with (
        closing(SqliteMemory(tmp_path / "missing" / "m.db", IDENTITY)) as memory,
        pytest.raises(Misconfigured, match="No such file or directory"),
    ):
        memory.exchange([])


def test_reading_waits_for_nobody_who_appends(memory: SqliteMemory, path: Path):
    memory.exchange(batch("a"))
    with closing(SqliteMemory(path, IDENTITY)) as reader:
        reader.exchange([])
        assert memory.connection is not None
        with transaction(memory.connection):
            assert [] == reader.exchange([])


def test_a_log_that_is_locked_for_too_long_is_out_of_reach_until_it_is_not(
    memory: SqliteMemory, path: Path
):
    memory.exchange([])
    with closing(SqliteMemory(path, IDENTITY)) as other:
        other.exchange(batch("theirs"))
        assert other.connection is not None
        with transaction(other.connection):
            began = time.monotonic()
            with pytest.raises(MemoryUnavailable, match="locked"):
                memory.exchange(batch("mine"))
            assert time.monotonic() - began < 2
    found = [entry.sightings for entry in memory.exchange(batch("mine"))]
    assert [batch("theirs"), batch("mine")] == found


def test_a_full_disk_is_an_outage_and_what_was_read_before_it_is_read_again(
    memory: SqliteMemory, path: Path
):
    memory.exchange([])
    with closing(SqliteMemory(path, IDENTITY)) as other:
        other.exchange(batch("theirs"))
    assert memory.connection is not None
    memory.connection.execute("PRAGMA max_page_count = 5")
    with pytest.raises(MemoryUnavailable, match="the disk is full"):
        memory.exchange(batch("large", 1000))
    memory.connection.execute("PRAGMA max_page_count = 10000")
    found = [entry.sightings for entry in memory.exchange(batch("large", 1000))]
    assert [batch("theirs"), batch("large", 1000)] == found


def damage(path: Path) -> None:
    with closing(sqlite3.connect(path)) as vandal, vandal:
        ((blob,),) = vandal.execute("SELECT blob FROM entries")
        vandal.execute("UPDATE entries SET blob = ?", (blob.replace(b"joe", b"ann"),))


def test_an_entry_that_can_not_be_read_is_told_with_its_file_and_position(
    memory: SqliteMemory, path: Path
):
    (entry,) = memory.exchange(batch("a"))
    damage(path)
    with (
        closing(SqliteMemory(path, IDENTITY)) as reader,
        pytest.raises(Misconfigured, match=rf"memory\.db: entry {entry.position} is damaged"),
    ):
        reader.exchange([])


def test_nothing_is_appended_to_a_log_that_can_not_be_read(memory: SqliteMemory, path: Path):
    memory.exchange(batch("a"))
    damage(path)
    with closing(SqliteMemory(path, IDENTITY)) as reader:
        for _ in range(3):
            with pytest.raises(Misconfigured):
                reader.exchange(batch("b"))
    assert [] == memory.exchange([])


def test_what_was_remembered_for_other_identity_fields_is_left_out(
    memory: SqliteMemory, path: Path
):
    with closing(SqliteMemory(path, IDENTITY[:2])) as other:
        other.exchange([changed(each, stated=(None, "x")) for each in batch("theirs")])
    found = memory.exchange(batch("mine"))
    assert [[], batch("mine")] == [entry.sightings for entry in found]


def test_a_new_log_has_large_pages_and_one_that_is_there_keeps_its_own(path: Path):
    for file, page_bytes in ((path, 32_768), (path.with_name("older.db"), 4096)):
        if file != path:
            with closing(sqlite3.connect(file)) as older:
                older.executescript("PRAGMA journal_mode = WAL; CREATE TABLE t (x); DROP TABLE t;")
        with closing(SqliteMemory(file, IDENTITY)) as memory:
            memory.exchange(batch("a"))
        with closing(sqlite3.connect(file)) as found:
            assert (page_bytes,) == found.execute("PRAGMA page_size").fetchone()


@pytest.mark.parametrize("replaced", [True, False])
def test_a_log_that_was_removed_is_begun_again_at_higher_positions(
    memory: SqliteMemory, path: Path, replaced: bool, caplog: pytest.LogCaptureFixture
):
    (old,) = memory.exchange(batch("old"))
    for each in path.parent.glob("memory.db*"):
        each.unlink()
    time.sleep(0.01)  # positions begin at the millisecond of the log's making
    if replaced:
        with closing(SqliteMemory(path, IDENTITY)) as other:
            other.exchange(batch("theirs"))
    memory.forget(old.position + 1)
    found = memory.exchange(batch("mine"))
    expected = [batch("theirs"), batch("mine")] if replaced else [batch("mine")]
    assert expected == [entry.sightings for entry in found]
    assert found[0].position > old.position
    assert "another file" in caplog.text
    with closing(SqliteMemory(path, IDENTITY)) as late:
        assert len(expected) == len(names(late))


def test_the_room_of_what_was_forgotten_is_used_again(memory: SqliteMemory, path: Path):
    sizes = []
    for number in range(200):
        (entry,) = memory.exchange(batch(f"{number}", 50))
        memory.forget(entry.position - 20)
        if number in (80, 199):
            memory.close()  # which writes what is in the write-ahead log into the file
            sizes.append(path.stat().st_size)
    assert sizes[1] <= sizes[0] * 1.1


def test_much_that_is_to_be_forgotten_is_deleted_over_several_appends(
    memory: SqliteMemory, path: Path
):
    for number in range(300):
        (entry,) = memory.exchange(batch(f"{number}", 1))
    memory.forget(entry.position)
    left = []
    for _ in range(3):
        memory.exchange(batch("more", 1))
        with closing(SqliteMemory(path, IDENTITY)) as late:
            left.append(len(late.exchange([])))
    assert [45, 3, 4] == left


def test_a_second_log_of_a_worker_that_has_left_goes_on_where_the_first_ended(
    memory: SqliteMemory, path: Path
):
    memory.exchange(batch("a"))
    memory.close()
    with closing(SqliteMemory(path, IDENTITY)) as other:
        other.exchange(batch("b"))
    assert ["b:0"] == names(memory)
