from dataclasses import replace

from mqworker.core.sight.state import Spread, State
from mqworker.core.sight.watch import Watch, described

FIRST = State(
    worker=0, pid=10, lead=1, at=100.0, counts={"received": 10}, latency=Spread((1.0,), (0, 0), 0.0)
)
LATER = replace(
    FIRST, at=102.0, counts={"received": 30}, latency=Spread((1.0,), (4, 0), 1.0), cpu_s=1.0
)
OTHER = replace(FIRST, worker=1, pid=11)


def test_rates_are_of_the_time_between_two_looks():
    watch = Watch()
    watch.look([FIRST], 100.0)
    ((_, speed),) = watch.look([LATER], 102.0).workers
    assert (10.0, 0.5, 0.5) == (speed.rates["received"], speed.p50_s, speed.busy)


def test_at_the_first_look_nothing_is_known_of_rates():
    ((_, speed),) = Watch().look([FIRST], 100.0).workers
    assert {} == speed.rates


def test_the_rates_of_all_are_known_when_those_of_each_are():
    watch = Watch()
    watch.look([FIRST, OTHER], 100.0)
    _, speed = watch.look([LATER, replace(OTHER, at=102.0)], 102.0).whole
    assert 10.0 == speed.rates["received"]


def test_one_that_has_just_come_does_not_hide_what_the_others_do():
    watch = Watch()
    watch.look([FIRST], 100.0)
    _, speed = watch.look([LATER, replace(OTHER, at=102.0)], 102.0).whole
    assert 10.0 == speed.rates["received"]


def test_a_worker_that_does_not_answer_any_more_is_gone():
    watch = Watch()
    watch.look([FIRST, OTHER], 100.0)
    scene = watch.look([LATER], 102.0)
    assert ([11], ["worker 1 (pid 11) is gone"]) == (
        [state.pid for state in scene.gone],
        [note.words for note in scene.notes],
    )


def test_who_takes_its_place_is_noted():
    watch = Watch()
    watch.look([FIRST, OTHER], 100.0)
    watch.look([LATER], 102.0)
    scene = watch.look([LATER, replace(OTHER, pid=12)], 104.0)
    assert ([], "worker 1 (pid 12) is here") == (list(scene.gone), scene.notes[0].words)


def test_one_that_stays_away_stays_gone():
    watch = Watch()
    for at, states in ((100.0, [FIRST, OTHER]), (102.0, [LATER]), (104.0, [LATER])):
        scene = watch.look(states, at)
    assert [11] == [state.pid for state in scene.gone]


def test_programs_are_told_states_and_rates():
    watch = Watch()
    watch.look([FIRST], 100.0)
    told = described(watch.look([LATER], 102.0))
    assert (10, 10.0, 30) == (
        told["workers"][0]["pid"],
        told["together"]["now"]["rates"]["received"],
        told["together"]["counts"]["received"],
    )
