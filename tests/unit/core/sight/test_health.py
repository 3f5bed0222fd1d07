from dataclasses import replace

import pytest

from mqworker.core.sight.health import why_not_live, why_not_ready
from mqworker.core.sight.metrics import Instance
from mqworker.core.sight.state import State

WELL = State(ready=True, consuming=True)


def test_workers_that_work_live_and_are_ready():
    instance = Instance([WELL], 1)
    assert ([], []) == (why_not_live(instance), why_not_ready(instance))


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (State(doing="waiting for the sink: no"), "worker 0: waiting for the sink: no"),
        (State(), "worker 0: starting"),
        (replace(WELL, consuming=False), "worker 0: the broker is away"),
        (replace(WELL, brake="holds"), "worker 0: the brake holds: most of what came was bad"),
    ],
)
def test_a_worker_that_waits_lives_and_is_not_ready(state, reason):
    instance = Instance([state], 1)
    assert ([], [reason]) == (why_not_live(instance), why_not_ready(instance))


def test_a_worker_that_is_stuck_does_not_live():
    instance = Instance([replace(WELL, trouble="bulk: no answer")], 1)
    reasons = ["worker 0: stuck: bulk: no answer"]
    assert (reasons, reasons) == (why_not_live(instance), why_not_ready(instance))


def test_one_that_is_missing_makes_all_unready():
    assert ["1 of 2 workers answer"] == why_not_ready(Instance([WELL], 2))


def test_without_any_nothing_lives():
    assert ["no worker answers"] == why_not_live(Instance([], 2))


def test_a_brake_on_trial_is_no_fault():
    assert [] == why_not_ready(Instance([replace(WELL, brake="trial")], 1))
