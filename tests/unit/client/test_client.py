import json
import subprocess
import sys
import threading
import time

import pytest

from mqworker.client import Client
from mqworker.client.counts import Counts, Tally
from mqworker.client.settings import Settings
from tests.daemons import await_condition
from tests.stubs.scripted import Answer, Hang, Scripted, bulk_created, json_answer, scripted

LIMIT_S = 20


class Made:
    """Makes clients for one test, and closes them after it."""

    def __init__(self, path):
        self.said, self.path, self.made = [], path, []

    def __call__(self, url, *, spool=True, **settings):
        directory = self.path / "spool" if spool is True else spool or None
        made = Client(Settings(url=url, spool=directory, **settings), Tally(self.said.append))
        self.made.append(made)
        return made


@pytest.fixture
def client(tmp_path):
    made = Made(tmp_path)
    yield made
    for each in made.made:
        each.close()


def came(server: Scripted) -> list[str]:
    """Return the summaries that a server was sent, in order, each as often as it came."""
    lines = [json.loads(line) for each in server.requests for line in each.body.splitlines()]
    return [line["summary"] for line in lines if "summary" in line]


def identities(server: Scripted) -> set[str]:
    lines = [json.loads(line) for each in server.requests for line in each.body.splitlines()]
    return {line["create"]["_id"] for line in lines if "create" in line}


def spooled(client) -> int:
    return sum(each.size for each in client.shipping.spool.segments)


@pytest.mark.parametrize("spool", [True, False])
def test_events_are_sent_at_once_and_leave_nothing_behind(client, tmp_path, spool):
    with scripted() as server:
        sender = client(server.url, spool=spool)
        ids = {sender.send(str(number)) for number in range(100)}
        assert sender.flush(LIMIT_S)
        sender.close()
    assert [str(number) for number in range(100)] == came(server)
    assert ids == identities(server)
    assert Counts(taken=100, sent=100) == sender.counts
    assert [] == list((tmp_path / "spool").glob("*"))


def test_an_application_chooses_an_events_identity(client):
    with scripted() as server:
        sender = client(server.url)
        assert "mine" == sender.send_event({"summary": "hello"}, "mine")
        sender.flush(LIMIT_S)
    assert {"mine"} == identities(server)


def test_what_is_sent_while_the_intake_is_away_is_on_disk_and_comes_later(client):
    with scripted() as server:
        server.script += [Answer(503), Answer(401), Answer(200, b"<html>")]
        sender = client(server.url)
        ids = {sender.send(str(number)) for number in range(10)}
        await_condition(lambda: not sender.waiting.held and spooled(sender), LIMIT_S)
        assert sender.flush(LIMIT_S)
    assert (ids, {*map(str, range(10))}) == (identities(server), {*came(server)})
    assert (10, 0) == (sender.counts.sent, sender.counts.dropped)
    assert "mqworker.client: not sent yet: 503: {}" == client.said[0]


def test_only_the_items_that_failed_are_sent_again(client):
    def busy(request):
        names = [json.loads(line)["summary"] for line in request.body.splitlines()[1::2]]
        statuses = [429 if name == "1" else 400 if name == "2" else 201 for name in names]
        return json_answer({"items": [{"create": {"status": each}} for each in statuses]})

    gate = threading.Event()

    def wait(_):
        gate.wait(LIMIT_S)
        return Answer(503)

    with scripted() as server:
        server.script += [wait, busy]
        sender = client(server.url)
        for number in range(4):
            sender.send(str(number))
        await_condition(lambda: not sender.waiting.held, LIMIT_S)
        gate.set()
        assert sender.flush(LIMIT_S)
    assert ["1"] == came(server)[-1:]
    assert Counts(taken=4, sent=3, refused=1) == sender.counts
    (kept,) = (client.path / "spool" / "refused.ndjson").read_text().splitlines()
    assert "2" == json.loads(kept)["event"]["summary"]


def test_an_intake_that_hangs_delays_neither_the_application_nor_the_disk(client):
    with scripted(Hang()) as server:
        sender = client(server.url, timeout_s=30.0, exit_s=0.2)
        sender.send("first")
        await_condition(lambda: server.requests, LIMIT_S)
        started = time.monotonic()
        for number in range(1000):
            sender.send(str(number))
        assert time.monotonic() - started < 2
        await_condition(lambda: not sender.waiting.held, LIMIT_S)
        assert spooled(sender) > 1000 * 100


@pytest.mark.parametrize("spool", [True, False])
def test_what_neither_disk_nor_memory_holds_is_dropped_counted_and_said(client, spool):
    with scripted(Answer(503)) as server:
        sender = client(server.url, spool=spool, spool_bytes=2000, memory_events=20)
        results = [sender.send(str(number)) for number in range(200)]
        dropped = results.count(None)
        assert dropped > 100
        assert (200 - dropped, dropped) == (sender.counts.taken, sender.counts.dropped)
        assert any("1 events dropped: memory is full: 20 events" in each for each in client.said)
        server.otherwise = bulk_created
        assert sender.flush(LIMIT_S)
        await_condition(lambda: sender.flush(1) and "were dropped" in came(server)[-1], LIMIT_S)
    assert {str(number) for number, each in enumerate(results) if each} < {*came(server)}
    assert f"{dropped} events of" in came(server)[-1]


@pytest.mark.parametrize("obstacle", ["file", "missing"])
def test_a_spool_that_can_not_be_written_is_said_and_memory_does_instead(client, obstacle):
    spool = client.path / "file"
    spool.touch()
    if obstacle == "missing":
        spool = "/proc/nowhere/spool"
    with scripted() as server:
        sender = client(server.url, spool=spool)
        sender.send("hello")
        assert sender.flush(LIMIT_S)
    assert ["hello"] == came(server)
    assert "kept in memory" in client.said[0]


def test_a_spool_that_can_be_written_again_is_used_again(client):
    spool = client.path / "spool"
    spool.touch()
    with scripted(Answer(503)) as server:
        sender = client(server.url)
        sender.send("hello")
        await_condition(lambda: not sender.shipping.spooling, LIMIT_S)
        spool.unlink()
        await_condition(lambda: spooled(sender), LIMIT_S)
        assert 0 == sender.waiting.held


def test_an_event_that_is_too_large_is_dropped_and_said(client):
    with scripted() as server:
        sender = client(server.url, event_bytes=1000)
        assert sender.send("x" * 1000) is None
        assert sender.send("small")
        sender.flush(LIMIT_S)
    assert "1000 are allowed" in client.said[0]


def test_what_a_closed_client_is_given_is_counted(client):
    sender = client("http://127.0.0.1:1")
    sender.close()
    assert sender.send("late") is None
    assert 1 == sender.counts.dropped


def test_close_does_not_wait_for_an_intake_that_is_away_when_all_is_on_disk(client):
    sender = client("http://127.0.0.1:1", exit_s=15.0)
    sender.send("hello")
    await_condition(lambda: sender.shipping.failures, LIMIT_S)
    started = time.monotonic()
    sender.close()
    assert time.monotonic() - started < 3
    assert 0 == sender.counts.dropped


def test_close_without_a_spool_waits_to_its_limit_and_says_what_is_lost(client):
    sender = client("http://127.0.0.1:1", spool=False, exit_s=0.3)
    sender.send("hello")
    sender.close()
    assert (1, True) == (sender.counts.dropped, "there is no spool for it" in client.said[-1])


def test_the_next_client_sends_what_was_left(client):
    sender = client("http://127.0.0.1:1")
    left = sender.send("left")
    sender.close()
    with scripted() as server:
        other = client(server.url)
        other.send("new")
        assert other.flush(LIMIT_S)
    assert {"left", "new"} == {*came(server)}
    assert left in identities(server)


def test_nobody_waits_for_ever_in_a_flush(client):
    sender = client("http://127.0.0.1:1")
    sender.send("hello")
    assert not sender.flush(0.2)


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
