from dataclasses import replace

from mqworker.core.sight.state import Depth, Filled, Spread, State
from mqworker.core.sight.together import ALL, together

FIRST = State(
    worker=0,
    pid=1,
    since=10.0,
    at=20.0,
    queues=("a",),
    counts={"stored": 1},
    letters={"decode": 1},
    fills=(Filled("f", "session", 1),),
    latency=Spread((1.0,), (1, 0), 0.5),
    in_flight=1,
    held_s=1.0,
    ready=True,
    consuming=True,
    depths={"a": Depth(5, 2, 19.0)},
    rss_bytes=10,
)
SECOND = replace(
    FIRST,
    worker=1,
    pid=2,
    since=11.0,
    counts={"stored": 2, "retried": 1},
    fills=(Filled("f", "session", 2), Filled("f", "process", 1)),
    latency=Spread((1.0,), (0, 2), 4.0),
    held_s=None,
    depths={"a": Depth(3, 2, 20.0)},
)


def test_what_is_counted_is_added_up():
    both = together([FIRST, SECOND])
    assert ({"stored": 3, "retried": 1}, {"decode": 2}, 2, 20) == (
        both.counts,
        both.letters,
        both.in_flight,
        both.rss_bytes,
    )


def test_fills_are_added_up_by_field_and_link():
    expected = (Filled("f", "process", 1), Filled("f", "session", 3))
    assert expected == together([FIRST, SECOND]).fills


def test_histograms_are_added_up():
    assert Spread((1.0,), (1, 2), 4.5) == together([FIRST, SECOND]).latency


def test_a_histogram_with_other_bounds_is_left_out():
    other = replace(SECOND, latency=Spread((2.0,), (5, 5), 9.0))
    assert FIRST.latency == together([FIRST, other]).latency


def test_of_a_queues_depths_the_newest_counts():
    assert {"a": Depth(3, 2, 20.0)} == together([FIRST, SECOND]).depths


def test_all_are_ready_only_when_each_is():
    waiting = replace(SECOND, ready=False, doing="waiting for the sink")
    both = together([FIRST, waiting])
    assert (False, "worker 1: waiting for the sink") == (both.ready, both.doing)


def test_the_worst_brake_counts():
    both = [replace(FIRST, brake="trial"), replace(SECOND, brake="holds")]
    assert "holds" == together(both).brake


def test_the_longest_time_counts():
    assert 1.0 == together([FIRST, SECOND]).held_s


def test_nobodys_state_is_that_of_nobody():
    nobody = together([])
    assert (ALL, False) == (nobody.worker, nobody.ready)
