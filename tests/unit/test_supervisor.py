"""The supervisor with real processes: a small program that supervises workers which only wait."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

PROGRAM = """
import logging, os, signal, sys, time
from mqworker.core.backoff import Backoff
from mqworker.supervisor import Supervisor

def say(word):  # in one write: print takes two when Python is told not to buffer
    os.write(1, word.encode() + b"\\n")

def work(orphaned):
    ends = []
    if "early" in sys.argv:
        os.kill(os.getpid(), signal.SIGHUP)
    signal.signal(signal.SIGTERM, lambda *_: ends.append("TERM"))
    signal.signal(signal.SIGHUP, lambda *_: say("HUP"))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
    say("up")
    while not ends and not orphaned():
        time.sleep(0.02)
    say(ends[0] if ends else "orphaned")
    return int(sys.argv[1])

sys.exit(Supervisor(2, work, Backoff(0.1, 0.2)).run())
"""


@pytest.fixture
def supervised(tmp_path):
    processes, output = [], tmp_path / "out"

    def start(status=0, *words):
        command = [sys.executable, "-c", PROGRAM, str(status), *words]
        with output.open("ab") as out:
            process = subprocess.Popen(command, stdout=out)
        processes.append(process)
        eventually(lambda: lines(output).count("up") >= 2)
        return process

    yield start, output
    for process in processes:
        process.kill()
        process.wait(5)


def lines(output: Path):
    return output.read_text().split()


def eventually(condition, seconds=10.0):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_dead_worker_is_started_again(supervised):
    start, output = supervised
    process = start()
    os.kill(psutil.Process(process.pid).children()[0].pid, signal.SIGKILL)
    eventually(lambda: lines(output).count("up") == 3)
    process.terminate()
    assert process.wait(5) == 0


def test_signals_reach_every_worker(supervised):
    start, output = supervised
    process = start()
    process.send_signal(signal.SIGHUP)
    eventually(lambda: lines(output).count("HUP") == 2)
    process.terminate()
    assert process.wait(5) == 0
    assert lines(output).count("TERM") == 2


def test_a_reload_that_comes_before_a_worker_listens_is_heard_when_it_does(supervised):
    start, output = supervised
    process = start(0, "early")
    assert sorted(lines(output)) == ["HUP", "HUP", "up", "up"]
    process.terminate()
    assert process.wait(5) == 0


def test_the_worst_exit_status_is_the_supervisors(supervised):
    start, _ = supervised
    process = start(75)
    process.terminate()
    assert process.wait(5) == 75


def test_workers_end_by_themselves_when_the_supervisor_is_killed(supervised):
    start, output = supervised
    process = start()
    process.kill()
    process.wait(5)
    eventually(lambda: lines(output).count("orphaned") == 2)


def test_a_configuration_error_of_one_worker_ends_all(supervised):
    start, output = supervised
    process = start(78)
    os.kill(psutil.Process(process.pid).children()[0].pid, signal.SIGTERM)
    assert process.wait(5) == 78
    assert lines(output).count("TERM") == 2


WITH_AIDE = (
    PROGRAM.replace("import logging", "import select, logging")
    .replace("Backoff(0.1, 0.2))", "Backoff(0.1, 0.2), aide=aide)")
    .replace(
        "sys.exit(",
        """def aide(orphaned):
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    say(f"aide-{os.getpid()}")
    while not orphaned():
        time.sleep(0.02)
    return 0

sys.exit(""",
    )
)


def test_an_aide_is_started_again_and_ended_after_the_workers(supervised, monkeypatch):
    monkeypatch.setitem(globals(), "PROGRAM", WITH_AIDE)
    start, output = supervised
    process = start()

    def aides():
        return [int(line[5:]) for line in lines(output) if line.startswith("aide-")]

    eventually(lambda: len(aides()) == 1)
    os.kill(aides()[0], signal.SIGKILL)
    eventually(lambda: len(aides()) == 2)
    process.send_signal(signal.SIGHUP)
    eventually(lambda: lines(output).count("HUP") == 2)
    process.terminate()
    assert process.wait(5) == 0
    assert (2, False) == (len(aides()), psutil.pid_exists(aides()[1]))
