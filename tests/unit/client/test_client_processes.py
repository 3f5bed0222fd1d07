import subprocess
import sys

import pytest

from tests.daemons import await_condition
from tests.stubs.scripted import scripted
from tests.unit.client.sending import LIMIT_S, came, identities

FORK = """
import os, sys
import mqworker.client as c
c.configure(sys.argv[1], spool=sys.argv[2])
for number in range(50):
    c.send(f"parent {number}")
pid = os.fork()
if not pid:
    for number in range(50):
        c.send(f"child {number}")
    c.close()
    os._exit(0)
for number in range(50, 100):
    c.send(f"parent {number}")
os.waitpid(pid, 0)
"""
MULTIPROCESSING = """
import multiprocessing, sys
import mqworker.client as c
def work(number):
    c.send(f"child {number}")
if __name__ == "__main__":
    c.configure(sys.argv[1], spool=sys.argv[2] or None)
    c.send("parent")
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=work, args=(n,)) for n in range(4)]
    [w.start() for w in workers]
    [w.join() for w in workers]
"""
BUSY = """
import os, sys, time
import mqworker.client as c
c.configure(sys.argv[1], spool=sys.argv[2])
for number in range(10**6):
    c.send(f"{number}")
    if number % 100 == 99:
        time.sleep(0.01)
    print(number, flush=True)
"""
FULL_DISK = """
import resource, sys
import mqworker.client as c
c.configure(sys.argv[1], spool=sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
for number in range(200):
    c.send(f"{number}")
"""


def run(program, *arguments):
    argv = [sys.executable, "-W", "error", "-c", program, *map(str, arguments)]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)


def test_a_fork_doubles_nothing_and_loses_nothing(tmp_path):
    with scripted() as server:
        done = run(FORK, server.url, tmp_path)
    assert (0, "") == (done.returncode, done.stderr)
    expected = [f"parent {n}" for n in range(100)] + [f"child {n}" for n in range(50)]
    assert sorted(expected) == sorted(came(server))
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("spool", [True, False])
def test_children_of_multiprocessing_send_before_they_end(tmp_path, spool):
    program = tmp_path / "program.py"
    program.write_text(MULTIPROCESSING)
    with scripted() as server:
        argv = [sys.executable, program, server.url, str(tmp_path / "spool") if spool else ""]
        subprocess.run(argv, timeout=60, check=True)
    assert sorted(["parent", *(f"child {n}" for n in range(4))]) == sorted(came(server))


def test_what_a_killed_application_had_on_disk_is_sent_by_the_next_under_its_identity(
    client, tmp_path
):
    spool = tmp_path / "spool"
    argv = [sys.executable, "-c", BUSY, "http://127.0.0.1:1", str(spool)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as busy:
        await_condition(lambda: len(list(spool.glob("events-*"))) > 1, LIMIT_S)
        busy.kill()
        said = [int(line) for line in busy.stdout.read().split()]
    with scripted() as server:
        sender = client(server.url)
        sender.send("last")
        assert sender.flush(LIMIT_S)
    numbers = [int(each) for each in came(server) if each != "last"]
    assert list(range(len(numbers))) == sorted(numbers)
    assert len(said) - len(numbers) < 300
    assert len(identities(server)) == len(numbers) + 1


def test_a_program_that_ends_at_once_sends_before():
    program = "import sys, mqworker.client as c; c.configure(sys.argv[1]); c.send('bye')"
    with scripted() as server:
        done = run(program, server.url)
    assert (0, "", ["bye"]) == (done.returncode, done.stderr, came(server))


def test_a_full_disk_costs_nothing_while_there_is_memory(tmp_path):
    with scripted() as server:
        done = run(FULL_DISK, server.url, tmp_path)
    assert {*map(str, range(200))} == {*came(server)}
    assert 200 == len(identities(server))
    assert "kept in memory" in done.stderr or not done.stderr
