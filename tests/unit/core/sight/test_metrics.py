import re

import pytest

from mqworker.core.intake.metrics import METRICS as OF_INTAKE
from mqworker.core.sight.metrics import METRICS, Instance, families, metrics
from mqworker.core.sight.state import Depth, Filled, Spread, State

STATE = State(
    worker=1,
    version="1",
    queues=("q",),
    counts={"stored": 3, "dead_lettered": 2},
    letters={"validate": 2},
    fills=(Filled("details.username", "session", 4),),
    latency=Spread((1.0,), (1, 0), 0.5),
    sizes=Spread((1.0,), (1, 0), 0.5),
    depths={"q": Depth(7, None, 1.0)},
)
TRAIL = State(program="cloudtrail", counts={"objects": 5, "dead_lettered": 1})
INSTANCE = Instance([STATE, TRAIL], 3, {"q.dead": (2, 10)})


def lines(instance=INSTANCE):
    return metrics(instance).splitlines()


@pytest.mark.parametrize(
    "line",
    [
        "mqworker_workers 2",
        "mqworker_workers_expected 3",
        'mqworker_events_stored_total{worker="1"} 3',
        'mqworker_messages_dead_lettered_total{worker="1",stage="validate"} 2',
        'mqworker_messages_dead_lettered_total{worker="0",stage="cloudtrail"} 1',
        'mqworker_fields_filled_total{worker="1",field="details.username",link="session"} 4',
        'mqworker_queue_messages{queue="q"} 7',
        'mqworker_dead_letter_queue_messages{queue="q.dead"} 2',
        'mqworker_dead_letter_queue_limit{queue="q.dead"} 10',
        'mqworker_cloudtrail_objects_total{worker="0"} 5',
    ],
)
def test_what_is_known_is_told(line):
    assert line in lines()


def test_what_can_be_counted_is_there_from_the_start():
    assert 'mqworker_messages_dead_lettered_total{worker="0",stage="decode"} 0' in lines(
        Instance([State()], 1)
    )


def test_what_the_broker_does_not_tell_is_left_out():
    assert not any(line.startswith("mqworker_queue_consumers") for line in lines())


def test_everything_that_can_be_told_is_listed():
    assert {metric for metric, _ in families(INSTANCE)} == set(METRICS)


@pytest.mark.parametrize("metric", [*METRICS, *OF_INTAKE], ids=lambda metric: metric.name)
def test_names_are_as_prometheus_wants_them(metric):
    counter = metric.name.endswith("_total")
    assert (True, metric.kind == "counter") == (
        re.fullmatch(r"mqworker(_[a-z]+)+", metric.name) is not None,
        counter,
    )


def test_labels_are_those_that_are_declared():
    for metric, readings in families(INSTANCE):
        for reading in readings:
            assert set(metric.labels) == set(reading.labels)


def test_no_name_is_given_twice():
    names = [metric.name for metric in (*METRICS, *OF_INTAKE)]
    assert len(names) == len(set(names))
