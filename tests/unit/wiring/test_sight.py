"""What is seen of a worker over the in-process adapters."""

from datetime import UTC, datetime

import pytest

from mqworker.brokers.memory import MemoryBroker
from mqworker.config.schemafiles import load_schemas
from mqworker.core.brake import Brake, BrakePolicy
from mqworker.core.correlation.rules import Rules
from mqworker.core.deadletter import Grave
from mqworker.core.message import Delivery, PlainProperties, Publication, Tag
from mqworker.core.pace import Pace
from mqworker.core.policy import Policy
from mqworker.core.receipts import Receipts
from mqworker.memories.process import ProcessMemory
from mqworker.publishers.memory import MemoryPublisher
from mqworker.service import Service
from mqworker.sinks.memory import MemorySink
from mqworker.sources.memory import MemorySource
from mqworker.telemetry import Tally
from mqworker.wiring.sight import WorkerView, ages
from mqworker.wiring.view import braking
from mqworker.worker import Parts, Worker

NOW = 1_800_000_000.0


def receipts(*groups):
    """Return receipts of groups of messages: when each came, and when it was sent."""
    found = Receipts()
    for at, sent in groups:
        about = PlainProperties(timestamp=sent)
        found.take([Delivery(Tag(1, 1), b"", about, datetime.now(UTC))], at)
    return found


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ([], (None, None)),
        ([(10.0, None)], (5.0, None)),
        ([(10.0, NOW - 60), (12.0, NOW - 90)], (5.0, 90.0)),
        ([(10.0, NOW + 60)], (5.0, None)),
        ([(10.0, 1)], (5.0, None)),
    ],
    ids=["nothing", "no stamp", "the oldest", "from the future", "from another age"],
)
def test_the_oldest_message_counts(groups, expected):
    stamped = [(at, None if sent is None else int(sent)) for at, sent in groups]
    assert expected == ages(receipts(*stamped), 15.0, NOW)


def test_a_brake_that_lets_a_few_through_is_on_trial():
    brake = Brake(BrakePolicy(ratio=0.1, sample=2, pause_s=1.0))
    before = braking(brake)
    brake.observe("prepare", 0, 5, 0.0)
    held = braking(brake)
    brake.allowance(10, 2.0)
    assert ("off", "holds", "trial") == (before, held, braking(brake))


def working():
    broker, tally = MemoryBroker(), Tally()
    broker.declare("q.dead")
    source = MemorySource(broker, "q", exchanges=["q"])
    parts = Parts(
        source, MemorySink(), MemoryPublisher(broker), Grave("q"), ProcessMemory(), Rules(())
    )
    worker = Worker(parts, Policy(load_schemas(())), Pace(idle_s=0.01), tally)
    broker.publish([Publication(b'{"summary": "x"}', PlainProperties(), "q", "q")] * 3)
    view = WorkerView(None, ("q",), Service(tally=tally))
    return view, worker, broker


def test_before_there_is_a_worker_the_start_is_seen():
    view, _, _ = working()
    view.service.starting("opening the sink")
    state = view.state()
    assert (False, "opening the sink", {}) == (state.ready, state.doing, state.counts)


def test_what_a_worker_holds_is_seen():
    view, worker, _ = working()
    view.begin(worker)
    worker.turn()
    state = view.state()
    assert (3, 3, True) == (state.in_flight, state.counts["received"], state.held_s is not None)


def test_how_full_a_queue_is_is_asked_for_only_when_somebody_looks():
    view, worker, _ = working()
    view.begin(worker)
    view.tend()
    unasked = dict(view.state().depths)
    view.tend()
    asked = view.state().depths["q"].ready
    assert ({}, 3) == (unasked, asked)


def test_one_who_taps_before_the_worker_is_there_sees_its_events():
    view, worker, _ = working()
    seen = []
    view.attach(lambda _items, outcomes: seen.extend(outcomes))
    view.begin(worker)
    for _ in range(200):
        worker.turn()
    view.attach(None)
    assert (3, None) == (len(seen), worker.writing.onlooker)
