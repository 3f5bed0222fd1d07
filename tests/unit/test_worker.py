"""The worker over the in-process adapters: what it settles, what it keeps, and when."""

import json
import threading
from dataclasses import replace
from datetime import tzinfo

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mqworker.brokers.memory import MemoryBroker
from mqworker.config.schemafiles import load_schemas
from mqworker.core.backoff import Backoff
from mqworker.core.batch import BatchPolicy
from mqworker.core.brake import BrakePolicy
from mqworker.core.correlation.rules import Rules
from mqworker.core.deadletter import Grave
from mqworker.core.errors import BrokerUnavailable
from mqworker.core.message import Outcome, PlainProperties, Publication
from mqworker.core.pace import Pace
from mqworker.core.policy import Policy
from mqworker.memories.process import ProcessMemory
from mqworker.publishers.memory import MemoryPublisher
from mqworker.sinks.memory import MemorySink
from mqworker.sources.memory import MemorySource
from mqworker.telemetry import Tally
from mqworker.worker import Parts, Worker

POLICY = Policy(load_schemas(()))
GRAVE = Grave("eventtask")
PACE = Pace(
    batch=BatchPolicy(count=10, age_s=0.0),
    bulks=2,
    backoff=Backoff(0.001, 0.002),
    brake=BrakePolicy(ratio=0.0),
    drain_s=5.0,
    idle_s=0.01,
)


class Scene:
    """A worker with its broker and sink, and words for what happens to them."""

    def __init__(self, judge=lambda _: None, pace=PACE, refuse=lambda _: None):
        self.broker = MemoryBroker()
        self.broker.declare(GRAVE.dead_queue)
        self.sink = MemorySink(judge)
        self.source = MemorySource(self.broker, "eventtask", exchanges=["eventtask"])
        dead_letters = MemoryPublisher(self.broker, judge=refuse)
        parts = Parts(self.source, self.sink, dead_letters, GRAVE, ProcessMemory(), Rules(()))
        self.worker = Worker(parts, POLICY, pace, Tally())

    def send(self, *bodies, **properties):
        self.broker.publish(
            [
                Publication(
                    body if isinstance(body, bytes) else json.dumps(body).encode(),
                    PlainProperties(**properties),
                    "eventtask",
                    "eventtask",
                )
                for body in bodies
            ]
        )

    def run(self, turns=2000):
        for _ in range(turns):
            if self.broker.depth("eventtask") == (0, 0):
                return
            self.worker.turn()
        raise AssertionError(self.broker.depth("eventtask"))

    @property
    def summaries(self):
        stored = self.sink.documents.values()
        return sorted(orjson.loads(source)["summary"] for source in stored)

    @property
    def dead(self):
        return self.broker.peek(GRAVE.dead_queue, 1000)


@pytest.fixture
def scenes():
    made = []

    def make(**options):
        made.append(Scene(**options))
        return made[-1]

    yield make
    for scene in made:
        scene.worker.close()


def event(number):
    return {"summary": f"event {number:03}", "details": {"eventid": number}}


def test_every_event_is_stored_and_settled(scenes):
    scene = scenes()
    scene.send(*[event(n) for n in range(57)])
    scene.run()
    assert [event(n)["summary"] for n in range(57)] == scene.summaries
    assert scene.worker.tally.counts["settled"] == 57


def test_nothing_is_settled_before_the_sink_has_it(scenes):
    asked, release = threading.Event(), threading.Event()

    def judge(_):
        asked.set()
        release.wait(10)

    scene = scenes(judge=judge)
    scene.send(event(1))
    for _ in range(50):
        scene.worker.turn()
    assert asked.is_set()
    assert scene.broker.depth("eventtask").unsettled == 1
    release.set()
    scene.run()


def test_what_the_sink_takes_later_is_tried_again_and_nothing_else_is(scenes):
    tries = {}

    def judge(document):
        tries[document.id] = tries.get(document.id, 0) + 1
        stubborn = orjson.loads(document.source)["details"]["eventid"] % 3 == 0
        return Outcome("retry", "429") if stubborn and tries[document.id] < 4 else None

    scene = scenes(judge=judge)
    scene.send(*[event(n) for n in range(30)])
    scene.run()
    assert len(scene.summaries) == 30
    assert sorted(tries.values()) == [1] * 20 + [4] * 10


def test_a_bad_message_goes_to_the_dead_letters_with_its_reason_and_takes_no_other_along(scenes):
    scene = scenes()
    scene.send(event(1), b"not json", event(2))
    scene.run()
    assert len(scene.summaries) == 2
    (letter,) = scene.dead
    assert letter.body == b"not json"
    assert letter.properties.headers["x-mqworker-stage"] == "decode"


def test_what_the_sink_refuses_goes_to_the_dead_letters_with_the_sinks_reason(scenes):
    scene = scenes(judge=lambda _: Outcome("refused", "mapping conflict"))
    scene.send(event(1))
    scene.run()
    (letter,) = scene.dead
    assert letter.properties.headers["x-mqworker-stage"] == "write"
    assert letter.properties.headers["x-mqworker-reason"] == "mapping conflict"


def test_a_message_of_several_is_one_dead_letter_that_names_the_positions_that_failed(scenes):
    scene = scenes()
    scene.send([event(0), 7, event(2), "x"])
    scene.run()
    assert ["event 000", "event 002"] == scene.summaries
    (letter,) = scene.dead
    assert letter.properties.headers["x-mqworker-positions"] == "1,3"


def test_a_replayed_dead_letter_stores_only_what_failed(scenes):
    healed = []

    def judge(document):
        bad = b"event 001" in document.source and not healed
        return Outcome("refused", "not yet") if bad else None

    scene = scenes(judge=judge)
    scene.send([event(0), event(1)])
    scene.run()
    healed.append(True)
    (letter,) = scene.dead
    scene.broker.publish([letter._replace(exchange="eventtask", routing_key="eventtask")])
    scene.run()
    assert ["event 000", "event 001"] == scene.summaries
    assert scene.worker.tally.counts["duplicates"] == 0


def test_a_dead_letter_is_kept_until_the_broker_confirms_it(scenes):
    failures = iter([True] * 5)

    def refuse(_):
        return BrokerUnavailable("no confirmation") if next(failures, False) else None

    scene = scenes(refuse=refuse)
    scene.send(b"bad")
    scene.run()
    assert len(scene.dead) == 1


def test_equal_bodies_become_one_document_and_are_counted(scenes):
    scene = scenes()
    scene.send(event(1), event(1))
    scene.run()
    assert len(scene.summaries) == 1
    assert scene.worker.tally.counts["duplicates"] == 1


def test_a_lost_channel_loses_and_doubles_nothing(scenes):
    scene = scenes(judge=lambda _: None)
    scene.send(*[event(n) for n in range(100)])
    for _ in range(3):
        scene.worker.turn()
        scene.broker.drop_connection()
    scene.run()
    assert [event(n)["summary"] for n in range(100)] == scene.summaries


def test_draining_settles_what_is_in_flight_and_takes_nothing_new(scenes):
    scene = scenes()
    scene.send(*[event(n) for n in range(10)])
    scene.worker.turn()
    scene.send(event(99))
    assert scene.worker.drain(lambda: False)
    assert "event 099" not in scene.summaries
    assert scene.broker.depth("eventtask").ready == 11 - len(scene.summaries)


def test_draining_ends_at_its_limit_and_leaves_the_rest_to_the_broker(scenes):
    pace = Pace(batch=PACE.batch, backoff=PACE.backoff, drain_s=0.1, idle_s=0.01)
    scene = scenes(judge=lambda _: Outcome("retry", "down"), pace=pace)
    scene.send(event(1))
    scene.worker.turn()
    assert not scene.worker.drain(lambda: False)
    scene.source.close()
    assert scene.broker.depth("eventtask").ready == 1


def test_the_brake_stops_consumption_when_most_is_bad_and_says_so(scenes, caplog):
    pace = Pace(
        batch=PACE.batch, brake=BrakePolicy(ratio=0.5, sample=20, pause_s=60.0), idle_s=0.01
    )
    scene = scenes(pace=pace)
    scene.send(*[b"bad %d" % n for n in range(200)])
    for _ in range(60):
        scene.worker.turn()
    assert len(scene.dead) < 100
    assert scene.broker.depth("eventtask").ready > 100
    assert "consumption stops" in caplog.text


class Defective(tzinfo):
    """A time zone that raises what nobody expects."""

    def utcoffset(self, _):
        raise RuntimeError("planted")


def test_a_defect_costs_its_message_only(scenes):
    scene = scenes()
    scene.worker.policy = replace(POLICY, timezone=Defective())
    scene.send(event(0), {**event(1), "timestamp": "2026-03-14T12:00:00"}, event(2))
    scene.run()
    assert ["event 000", "event 002"] == scene.summaries
    assert "planted" in scene.dead[0].properties.headers["x-mqworker-reason"]


bodies = st.lists(st.sampled_from(["good", "bad", "several", "stubborn", "refused"]), max_size=40)


@settings(max_examples=60, deadline=None)
@given(bodies, st.lists(st.none(), max_size=5))
def test_whatever_happens_each_event_is_stored_once_or_dead_lettered(kinds, drops):
    tries = {}

    def judge(document):
        tries[document.id] = tries.get(document.id, 0) + 1
        kind = orjson.loads(document.source)["details"].get("kind")
        if kind == "stubborn" and tries[document.id] < 3:
            return Outcome("retry", "later")
        return Outcome("refused", "never") if kind == "refused" else None

    scene = Scene(judge=judge)
    expected = []
    for number, kind in enumerate(kinds):
        one = {"summary": f"event {number:03}", "details": {"kind": kind}}
        scene.send(b"bad %d" % number if kind == "bad" else [one, 1] if kind == "several" else one)
        if kind not in ("bad", "refused"):
            expected.append(one["summary"])
    for _ in drops:
        if scene.broker.depth("eventtask") != (0, 0):
            scene.worker.turn()
            scene.broker.drop_connection()
    scene.run()
    assert expected == scene.summaries
    dead = {letter.body for letter in scene.dead}
    assert len(dead) == sum(kind in ("bad", "several", "refused") for kind in kinds)
    scene.worker.close()
