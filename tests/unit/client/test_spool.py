import os
import subprocess
import sys
import threading

import pytest

from mqworker.client.entry import Entry
from mqworker.client.spool import REFUSED, SEGMENT_BYTES, Spool

MANY = 10**9
LEAVE_SOME = """
import os, signal, sys
from pathlib import Path
from mqworker.client.entry import Entry
from mqworker.client.spool import Spool
Spool(Path(sys.argv[1]), 10**9).append([Entry("left", b'{"a":1}')])
os.kill(os.getpid(), signal.SIGKILL)
"""

FILL_UP = """
import resource, sys
from pathlib import Path
from mqworker.client.entry import Entry
from mqworker.client.spool import Spool
spool = Spool(Path(sys.argv[1]), 10**9)
spool.append([Entry("1", b"x")])
first = spool.segments[0].size
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (first + 10, most))  # so that a write ends half-way
try:
    spool.append([Entry("2", b"x")])
except OSError as error:
    print(spool.segments[0].path.stat().st_size - first, error.strerror)
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
spool.append([Entry("3", b"x")])
"""


def entries(*names, size=7):
    return [Entry(name, b"x" * size) for name in names]


def drain(spool):
    found = []
    while batch := spool.next(100, MANY):
        found += [entry.id for entry in batch.entries]
        spool.done(batch)
    return found


def files(path):
    return sorted(each.name for each in path.iterdir())


def test_entries_come_in_order_and_leave_nothing_behind(tmp_path):
    spool = Spool(tmp_path / "a" / "b", MANY)
    spool.append(entries("1", "2"))
    spool.append(entries("3"))
    assert ["1", "2", "3"] == drain(spool)
    spool.append(entries("4"))
    assert ["4"] == drain(spool)
    spool.close()
    assert [] == files(tmp_path / "a" / "b")


def test_nobody_else_can_read_what_is_spooled(tmp_path):
    spool = Spool(tmp_path / "spool", MANY)
    spool.append(entries("1"))
    modes = [each.stat().st_mode & 0o777 for each in (spool.directory, spool.segments[0].path)]
    assert [0o700, 0o600] == modes


def test_a_batch_that_is_not_done_is_read_again(tmp_path):
    spool = Spool(tmp_path, MANY)
    spool.append(entries("1", "2"))
    assert spool.next(1, MANY) == spool.next(1, MANY)


def test_a_batch_keeps_to_its_bytes_but_has_one_entry_at_least(tmp_path):
    spool = Spool(tmp_path, MANY)
    spool.append(entries("1", "2", "3", size=1000))
    batch = spool.next(100, 2200)
    assert 2 == len(batch.entries)
    spool.done(batch)
    assert 1 == len(spool.next(100, 10).entries)


def test_a_large_file_is_followed_by_another_and_removed_once_it_is_done(tmp_path):
    spool = Spool(tmp_path, MANY)
    for name in "123":
        spool.append(entries(name, size=SEGMENT_BYTES))
    assert 3 == len(files(tmp_path))
    assert ["1", "2", "3"] == drain(spool)
    assert [] == files(tmp_path)


def test_what_does_not_fit_is_refused_whole_and_fits_again_later(tmp_path):
    spool = Spool(tmp_path, 1000)
    spool.append(entries("1", size=500))
    with pytest.raises(OSError, match="the spool is full"):
        spool.append(entries("2", size=500))
    assert ["1"] == drain(spool)
    spool.append(entries("2", size=500))
    assert ["2"] == drain(spool)


def test_the_bound_is_one_for_all_who_share_the_directory(tmp_path):
    Spool(tmp_path, 1000).append(entries("1", size=500))
    with pytest.raises(OSError, match="the spool is full"):
        Spool(tmp_path, 1000).append(entries("2", size=500))


def test_what_a_killed_process_left_is_adopted(tmp_path):
    subprocess.run([sys.executable, "-c", LEAVE_SOME, tmp_path], check=False)
    spool = Spool(tmp_path, MANY)
    spool.adopt()
    assert ["left"] == drain(spool)
    assert [] == files(tmp_path)


def test_what_belongs_to_a_living_user_is_left_to_it(tmp_path):
    first, second = Spool(tmp_path, MANY), Spool(tmp_path, MANY)
    first.append(entries("1"))
    second.adopt()
    assert ([], ["1"]) == (drain(second), drain(first))


def test_an_empty_file_that_nobody_has_locked_is_removed(tmp_path):
    (tmp_path / "events-1.ndjson").touch()
    spool = Spool(tmp_path, MANY)
    spool.adopt()
    assert ([], []) == (files(tmp_path), spool.segments)


def test_many_who_adopt_and_append_at_once_lose_and_double_nothing(tmp_path):
    spools = [Spool(tmp_path, MANY) for _ in range(4)]

    def work(spool, number):
        for each in range(100):
            spool.append(entries(f"{number}-{each}"))
            spool.adopt()
            if each % 10 == 0:
                found.extend(drain(spool))

    found = []
    threads = [threading.Thread(target=work, args=(each, n)) for n, each in enumerate(spools)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for spool in spools:
        found += drain(spool)
    assert sorted(f"{number}-{each}" for number in range(4) for each in range(100)) == sorted(found)


def test_a_torn_end_is_counted_as_damage_and_passed_by(tmp_path):
    first = Spool(tmp_path, MANY)
    first.append(entries("1", "2"))
    path = first.segments[0].path
    first.forget()
    os.truncate(path, path.stat().st_size - 3)
    spool = Spool(tmp_path, MANY)
    spool.adopt()
    whole = spool.next(100, MANY)
    spool.done(whole)
    torn = spool.next(100, MANY)
    spool.done(torn)
    assert (["1"], [], 1) == ([each.id for each in whole.entries], torn.entries, torn.damaged)
    assert [] == files(tmp_path)


def test_a_disk_that_fills_up_tears_nothing(tmp_path):
    done = [sys.executable, "-c", FILL_UP, str(tmp_path)]
    assert (
        "0 File too large\n"
        == subprocess.run(done, capture_output=True, check=True, text=True).stdout
    )
    spool = Spool(tmp_path, MANY)
    spool.adopt()
    assert ["1", "3"] == drain(spool)


def test_what_was_refused_is_kept_for_a_person(tmp_path):
    spool = Spool(tmp_path, MANY)
    spool.append(entries("1"))
    spool.keep_refused(Entry("1", b'{"a":1}'), 'it is "bad"')
    assert (
        '{"reason":"it is \\"bad\\"","id":"1","event":{"a":1}}\n'
        == (tmp_path / REFUSED).read_text()
    )
