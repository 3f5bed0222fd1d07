import sqlite3
from pathlib import Path

import pytest

from mqworker.core.errors import BrokerUnavailable, Misconfigured
from mqworker.database import (
    Format,
    database_path,
    explained,
    is_passing,
    open_database,
    transaction,
)

NOTES = Format("notebook", 0x6E6F7465, 2, ("CREATE TABLE notes (text TEXT)",))


def open_notes(path: Path, timeout_s: float = 1.0) -> sqlite3.Connection:
    return open_database(path, NOTES, BrokerUnavailable, timeout_s)


def test_three_slashes_name_a_relative_file_and_four_an_absolute_one():
    names = [database_path(url) for url in ("sqlite:///a/b.db", "sqlite:////var/lib/c%20d.db")]
    assert names == [Path("a/b.db"), Path("/var/lib/c d.db")]


@pytest.mark.parametrize(
    "url",
    ["sqlite://host/x.db", "sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///a/", "a.db"],
)
def test_a_url_that_names_no_file_is_a_configuration_error(url: str):
    with pytest.raises(Misconfigured, match=r"sqlite|names no file"):
        database_path(url)


def test_what_was_written_is_there_when_opened_again(tmp_path: Path):
    connection = open_notes(tmp_path / "n.db")
    with transaction(connection):
        connection.execute("INSERT INTO notes VALUES ('kept')")
    connection.close()
    again = open_notes(tmp_path / "n.db")
    assert again.execute("SELECT text FROM notes").fetchall() == [("kept",)]
    again.close()


def test_commits_are_synced_to_a_write_ahead_log(tmp_path: Path):
    connection = open_notes(tmp_path / "n.db")
    pragmas = [
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous")
    ]
    connection.close()
    assert pragmas == ["wal", 2]


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path):
    open_notes(tmp_path / "n.db").close()
    assert (tmp_path / "n.db").stat().st_mode & 0o777 == 0o600


def test_an_error_in_a_transaction_leaves_nothing_of_it(tmp_path: Path):
    connection = open_notes(tmp_path / "n.db")

    def fail_halfway() -> None:
        with transaction(connection):
            connection.execute("INSERT INTO notes VALUES ('lost')")
            raise KeyError

    with pytest.raises(KeyError):
        fail_halfway()
    assert connection.execute("SELECT count(*) FROM notes").fetchone() == (0,)
    connection.close()


def test_a_database_of_someone_else_is_refused_and_not_touched(tmp_path: Path):
    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as theirs:
        theirs.execute("CREATE TABLE accounts (name TEXT)")
    theirs.close()
    before = path.read_bytes()
    with pytest.raises(Misconfigured, match="no mqworker notebook"):
        open_notes(path)
    assert path.read_bytes() == before


def test_a_file_of_a_newer_format_is_refused(tmp_path: Path):
    path = tmp_path / "n.db"
    connection = open_notes(path)
    connection.execute("PRAGMA user_version = 3")
    connection.close()
    with pytest.raises(Misconfigured, match=r"newer mqworker.*format 3.*up to format 2"):
        open_notes(path)


def test_a_file_that_is_no_database_is_refused_with_a_clear_word(tmp_path: Path):
    path = tmp_path / "n.db"
    path.write_bytes(b"just some text, " * 100)
    with pytest.raises(Misconfigured, match="is not an SQLite database"):
        open_notes(path)


def test_a_directory_that_is_missing_is_named_as_the_cause(tmp_path: Path):
    with pytest.raises(Misconfigured, match="No such file or directory"):
        open_notes(tmp_path / "missing" / "n.db")


def test_a_directory_in_place_of_the_file_is_a_configuration_error(tmp_path: Path):
    (tmp_path / "n.db").mkdir()
    with pytest.raises(Misconfigured, match="can't be opened"):
        open_notes(tmp_path / "n.db")


def test_a_file_that_may_not_be_written_to_is_a_configuration_error(tmp_path: Path):
    path = tmp_path / "n.db"
    connection = open_notes(path)
    # SQLite reports the same code for a read-only file, which root may write to all the same.
    connection.execute("PRAGMA query_only = ON")
    with (
        pytest.raises(Misconfigured, match="can't be written to") as caught,
        explained(path, BrokerUnavailable),
        transaction(connection),
    ):
        connection.execute("INSERT INTO notes VALUES ('x')")
    assert not is_passing(caught.value)
    connection.close()


def test_a_lock_held_for_too_long_is_an_outage_that_passes(tmp_path: Path):
    path = tmp_path / "n.db"
    holder = open_notes(path)
    other = open_notes(path, timeout_s=0.01)
    with (
        transaction(holder),
        pytest.raises(BrokerUnavailable, match="locked by another") as caught,
        explained(path, BrokerUnavailable),
        transaction(other),
    ):
        pass
    assert is_passing(caught.value)
    holder.close()
    other.close()


def test_a_full_disk_is_an_outage_that_passes(tmp_path: Path):
    path = tmp_path / "n.db"
    connection = open_notes(path)
    connection.execute("PRAGMA max_page_count = 5")
    with (
        pytest.raises(BrokerUnavailable, match="the disk is full") as caught,
        explained(path, BrokerUnavailable),
        transaction(connection),
    ):
        connection.execute("INSERT INTO notes VALUES (zeroblob(100000))")
    assert is_passing(caught.value)
    assert connection.execute("SELECT count(*) FROM notes").fetchone() == (0,)
    connection.close()
