"""A served socket and those who ask, in one process."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from types import SimpleNamespace

import orjson
import psutil
import pytest

from mqworker.core.message import STORED, Document
from mqworker.core.sight.state import State
from mqworker.sight.client import ask, connected, names, states
from mqworker.sight.guest import ANSWER_BYTES
from mqworker.sight.server import GUESTS, SightServer, is_ours
from mqworker.sight.taps import BULKS, Taps

CHILD = """
import sys, time
from pathlib import Path
from mqworker.core.sight.state import State
from mqworker.sight.server import SightServer
from mqworker.sight.taps import Taps
server = SightServer(Path(sys.argv[1]), lambda: State(worker=int(sys.argv[2])), Taps())
print("up", flush=True)
time.sleep(60)
"""


@pytest.fixture
def directory(tmp_path):
    made = tmp_path / "sockets"
    made.mkdir(mode=0o700)
    return made


@pytest.fixture
def taps():
    attached = []
    found = Taps(attached.append)
    found.attached = attached
    return found


@pytest.fixture
def server(directory, taps):
    served = SightServer(directory, lambda: State(worker=3, pid=os.getpid()), taps)
    yield served
    served.close()


@pytest.fixture
def neighbor(directory):
    """Another process with a socket in the same directory."""
    started = []

    def start(number):
        process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(directory), str(number)], stdout=subprocess.PIPE
        )
        started.append(process)
        process.stdout.readline()
        return process

    yield start
    for process in started:
        process.kill()
        process.wait(5)
        process.stdout.close()


def events(count, text="x"):
    source = orjson.dumps({"summary": text, "details": {"user": "ann"}})
    items = [SimpleNamespace(document=Document("events-1", str(n), source)) for n in range(count)]
    return items, [STORED] * count


def eventually(condition):
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def tap(directory, server, where=()):
    answers = ask(directory, server.path.name, {"ask": "tap", "where": dict(where)}, 30.0)
    assert {"tapping": True} == next(answers)
    return answers


@pytest.mark.usefixtures("server")
def test_a_process_tells_what_it_is_at(directory):
    assert [3] == [state.worker for state in states(directory, 30.0)]


def test_the_socket_is_for_this_user_alone(server):
    assert 0o600 == stat.S_IMODE(server.path.stat().st_mode)


def test_the_kernel_says_who_asks(monkeypatch):
    one, other = socket.socketpair()
    with one, other:
        mine = is_ours(one)
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
        assert (True, os.getuid() == 0) == (mine, is_ours(one))


def test_the_socket_goes_with_its_process(directory, server):
    server.close()
    assert [] == names(directory)


@pytest.mark.usefixtures("server")
def test_a_socket_that_a_killed_process_left_is_passed_over(directory, neighbor):
    process = neighbor(1)
    process.send_signal(signal.SIGKILL)
    process.wait(5)
    assert (2, [3]) == (len(names(directory)), [state.worker for state in states(directory, 30.0)])


def test_a_socket_that_a_killed_process_left_is_removed_by_the_next(directory, neighbor):
    process = neighbor(1)
    process.send_signal(signal.SIGKILL)
    process.wait(5)
    left = names(directory)
    neighbor(2)
    assert not set(left) & set(names(directory))


@pytest.mark.usefixtures("server")
def test_a_process_that_does_not_answer_does_not_hide_the_others(directory, neighbor):
    stopped = psutil.Process(neighbor(1).pid)
    stopped.suspend()
    eventually(lambda: stopped.status() == psutil.STATUS_STOPPED)
    began = time.monotonic()
    found = states(directory, 3.0)
    assert ([3], True) == ([state.worker for state in found], time.monotonic() - began < 20)


@pytest.mark.parametrize("question", [b"\n", b"[]\n", b"{\n", b"\xff\n", b"x" * 70_000])
def test_what_is_no_question_is_not_answered(directory, server, question):
    with connected(directory, server.path.name, 30.0) as connection:
        try:
            connection.sendall(question)
            assert b"" == connection.recv(100)
        except ConnectionError:
            pass
    assert 1 == len(states(directory, 30.0))


def test_an_unknown_question_is_told(directory, server):
    (answer,) = ask(directory, server.path.name, {"ask": "what"}, 30.0)
    assert "what is 'what'?" in answer["error"]


def test_a_defect_costs_an_answer_and_not_the_thread(directory, taps):
    answers = [State(worker=1), None]
    served = SightServer(directory, answers.pop, taps)
    try:
        assert ([], [1]) == (states(directory, 0.3), [s.worker for s in states(directory, 30.0)])
    finally:
        served.close()


def test_so_many_may_ask_at_once_and_no_more(directory, server):
    held = [connected(directory, server.path.name, 30.0) for _ in range(GUESTS + 1)]
    try:
        assert b"" == held[-1].recv(10)
    finally:
        for each in held:
            each.close()


def test_events_go_by_without_secrets(directory, server, taps):
    answers = tap(directory, server)
    taps.see(*events(1, "password=hunter2"))
    assert {"summary": "password=***", "details": {"user": "ann"}} == next(answers)["event"]


def test_only_wanted_events_go_by(directory, server, taps):
    answers = tap(directory, server, {"summary": "y"})
    taps.see(*events(3, "x"))
    taps.see(*events(1, "y"))
    assert "y" == next(answers)["event"]["summary"]


def test_the_worker_is_asked_for_events_only_while_somebody_looks(directory, server, taps):
    answers = tap(directory, server)
    before = list(taps.attached)
    answers.close()
    eventually(lambda: len(taps.attached) == 2)
    assert ([taps.see], None) == (before, taps.attached[-1])


def test_what_nobody_has_time_for_is_skipped_and_told(directory, server, taps):
    answers = tap(directory, server)
    for _ in range(10 * BULKS):
        taps.see(*events(50))
    told = shown = 0
    while told + shown < 500 * BULKS:
        line = next(answers)
        told += line.get("skipped", 0)
        shown += "event" in line
    assert (500 * BULKS, True) == (told + shown, told > 0)


def test_a_guest_that_does_not_read_costs_a_bounded_buffer(directory, server, taps):
    with connected(directory, server.path.name, 30.0) as connection:
        connection.sendall(b'{"ask": "tap"}\n')
        eventually(lambda: taps.any)
        (guest,) = taps.wanted
        for _ in range(75):
            taps.see(*events(20, "x" * 1900))
            eventually(lambda: not taps.bulks)

        eventually(lambda: guest.missed > 0)
        assert (True, 1) == (
            len(guest.waiting) <= ANSWER_BYTES + 4096,
            len(states(directory, 30.0)),
        )
