import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mqworker.brokers.leases import Lease


def test_a_lease_is_taken_for_everyone_else_until_it_is_closed(tmp_path: Path):
    first, second = (Lease(tmp_path / "l", number, 0o600) for number in (1, 2))
    before = second.is_taken(1)
    first.close()
    assert (before, second.is_taken(1)) == (True, False)
    second.close()


def test_a_number_that_nobody_has_is_free(tmp_path: Path):
    lease = Lease(tmp_path / "l", 1, 0o600)
    assert [lease.is_taken(number) for number in (2, 2**62)] == [False, False]
    lease.close()


def test_a_second_close_does_not_close_a_descriptor_of_someone_else(tmp_path: Path):
    lease = Lease(tmp_path / "l", 1, 0o600)
    lease.close()
    reused = os.open(tmp_path / "l", os.O_RDONLY)
    lease.close()
    os.close(reused)


def test_the_file_of_leases_stays_empty_and_keeps_the_permissions_asked_for(tmp_path: Path):
    Lease(tmp_path / "l", 2**40, 0o640).close()
    status = (tmp_path / "l").stat()
    assert (status.st_size, status.st_mode & 0o777) == (0, 0o640)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_neither_ends_nor_inherits_a_lease(tmp_path: Path):
    ours, probe = (Lease(tmp_path / "l", number, 0o600) for number in (1, 2))
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.write(writer, b"up")
        signal.pause()
    os.read(reader, 2)
    taken_beside_child = probe.is_taken(1)
    ours.close()
    taken_by_child = probe.is_taken(1)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    for descriptor in (reader, writer):
        os.close(descriptor)
    probe.close()
    assert (taken_beside_child, taken_by_child) == (True, False)


HOLD = """
import signal, sys
from pathlib import Path
from mqworker.brokers.leases import Lease
lease = Lease(Path(sys.argv[1]), 2, 0o600)
print("held", flush=True)
signal.pause()
"""


def test_a_killed_process_has_no_lease_left_when_it_is_reaped(tmp_path: Path):
    probe = Lease(tmp_path / "l", 1, 0o600)
    command = [sys.executable, "-c", HOLD, str(tmp_path / "l")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        child.stdout.readline()
        before = probe.is_taken(2)
        child.kill()
        child.wait()
        after = probe.is_taken(2)
    probe.close()
    assert (before, after) == (True, False)
