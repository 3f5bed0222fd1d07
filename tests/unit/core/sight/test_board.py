from dataclasses import replace

import pytest

from mqworker.core.sight.board import Frame, board
from mqworker.core.sight.state import Depth, Filled, Spread, State
from mqworker.core.sight.watch import Watch

STATE = State(
    worker=0,
    pid=1_234_567,
    version="0.1.0",
    queues=("eventtask",),
    since=0.0,
    at=100.0,
    counts={"received": 0, "stored": 0},
    letters={"validate": 12, "decode": 30},
    fills=(Filled("details.username", "session", 123), Filled("details.sourceip", "process", 7)),
    latency=Spread((0.1,), (0, 0), 0.0),
    in_flight=1980,
    held_s=12.5,
    age_s=75.0,
    ready=True,
    consuming=True,
    depths={"eventtask": Depth(1_200_000, 2, 99.0)},
    rss_bytes=120_000_000,
)
LATER = replace(
    STATE,
    at=102.0,
    counts={"received": 24_690, "stored": 24_600, "retried": 3},
    latency=Spread((0.1,), (50, 0), 1.0),
    cpu_s=1.9,
)
SMALL = Frame(80, 24)


def seen(*states, frame=SMALL, first=None):
    watch = Watch()
    watch.look(first or [replace(STATE, worker=s.worker, pid=s.pid) for s in states], 100.0)
    return board(watch.look(states, 102.0), "eventtask", frame)


@pytest.mark.parametrize(
    "words",
    [
        "in 12,345 messages/s",
        "out 12,300 events/s",
        "in flight 1,980",
        "retries 1.5/s",
        "p50 50 ms, p99 99 ms",
        "queue eventtask: 1.2M wait, 2 consumers; the oldest in hand was sent 75 s ago",
        "dead letters 42, 0/s: decode 30, validate 12",
        "details.username over session: 123",
        "1234567 works",
    ],
)
def test_it_tells_how_workers_get_on(words):
    assert words in "\n".join(seen(LATER))


def test_it_fits_a_small_terminal():
    many = [replace(LATER, worker=number, pid=10**6 + number) for number in range(40)]
    lines = seen(*many)
    assert (True, True) == (len(lines) <= 24, max(map(len, lines)) <= 80)


def test_of_many_workers_it_says_how_many_it_leaves_out():
    many = [replace(LATER, worker=number, pid=10**6 + number) for number in range(40)]
    assert "more" in "\n".join(seen(*many))


@pytest.mark.parametrize("width", [1, 10, 40])
def test_no_line_is_longer_than_the_terminal_is_wide(width):
    assert max(map(len, seen(LATER, frame=Frame(width, 24)))) <= width


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (replace(LATER, trouble="bulk: no answer"), "! stuck: worker 0: bulk: no answer"),
        (replace(LATER, brake="holds"), "! the brake holds"),
        (replace(LATER, ready=False, doing="waiting for the sink"), "waiting for the sink"),
        (replace(LATER, consuming=False), "no broker"),
    ],
)
def test_it_tells_what_is_wrong(state, words):
    assert words in "\n".join(seen(state))


def test_a_worker_that_is_gone_is_told():
    other = replace(LATER, worker=1, pid=7)
    text = "\n".join(seen(LATER, first=[STATE, other]))
    assert (True, True) == ("7 gone" in text, "worker 1 (pid 7) is gone" in text)


def test_without_workers_it_says_so():
    assert "no worker answers" in "\n".join(seen(first=[STATE]))


def test_what_is_not_printable_is_not_printed():
    queue = replace(LATER, depths={"a\x1b[2Jb": Depth(1, 1, 1.0)})
    assert not any("\x1b" in line for line in seen(queue))
