"""The embedded document store under kill -9."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from mqworker.core.message import DUPLICATE, STORED, Document
from mqworker.sinks.sqlite import SqliteSink

WRITE = """
import sys
from pathlib import Path
from mqworker.core.message import Document
from mqworker.sinks.sqlite import SqliteSink
sink = SqliteSink(Path(sys.argv[1]))
for batch in range(10**6):
    numbers = range(batch * 20, batch * 20 + 20)
    sink.write([Document("i", str(n), b'{"summary": "number %d"}' % n) for n in numbers])
    print(batch, flush=True)
"""


@pytest.mark.parametrize("batches", [1, 10, 60])
def test_a_killed_writer_has_lost_nothing_that_was_stored(tmp_path: Path, batches: int):
    path = tmp_path / "events.db"
    command = [sys.executable, "-c", WRITE, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for _ in range(batches):
            child.stdout.readline()
        child.kill()
        stored = (batches + len(child.stdout.readlines())) * 20
    sink = SqliteSink(path)
    count = sink.count()
    outcomes = sink.write([Document("i", str(n), b"{}") for n in range(stored + 40)])
    assert count in (stored, stored + 20)
    assert outcomes == [DUPLICATE] * count + [STORED] * (stored + 40 - count)
    assert [hit["_id"] for hit in sink.search(f"number {count - 1}", 10)] == [str(count - 1)]
    sink.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
    connection.close()
