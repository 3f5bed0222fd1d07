"""Workers that share a memory and a store, stepped one at a time, killed between any two steps.

The workers, the broker, the store and the memory are the real ones of the process; only the
threads are replaced: what a thread would do is done when the schedule says so, also after the
death of the worker that asked for it.
"""

import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import orjson

from mqworker.brokers.memory import MemoryBroker
from mqworker.config.schemafiles import load_schemas
from mqworker.core.backoff import Backoff
from mqworker.core.batch import BatchPolicy
from mqworker.core.brake import BrakePolicy
from mqworker.core.correlation.rules import Condition, Rule, Rules, path
from mqworker.core.deadletter import Grave
from mqworker.core.errors import MemoryUnavailable
from mqworker.core.explain import explain
from mqworker.core.message import Delivery, PlainProperties, Publication, Tag
from mqworker.core.naming import Naming
from mqworker.core.pace import Pace
from mqworker.core.policy import Policy
from mqworker.lanes import Finished
from mqworker.memories.process import ProcessLog, ProcessMemory
from mqworker.outside import Outside
from mqworker.publishers.memory import MemoryPublisher
from mqworker.sinks.memory import MemorySink
from mqworker.sources.memory import MemorySource
from mqworker.telemetry import Tally
from mqworker.worker import Parts, Worker

POLICY = Policy(load_schemas(()), naming=Naming(days_back=36500))
START = datetime(2026, 1, 1, tzinfo=UTC)


class SteppedLanes:
    """Lanes whose work is done when the schedule says so."""

    def __init__(self, name, size, do):
        self.name, self.size, self.do = name, size, do
        self.todo, self.done = [], []

    @property
    def busy(self):
        return len(self.todo) + len(self.done)

    @property
    def free(self):
        return self.busy < self.size

    def submit(self, work):
        self.todo.append(work)

    def step(self, which):
        work = self.todo.pop(which)
        try:
            self.done.append(Finished(work, self.do(work)))
        except MemoryUnavailable:
            self.done.append(Finished(work, None))

    def collect(self):
        done, self.done = self.done, []
        return done

    def close(self):
        pass


@dataclass
class Running:
    """A live worker and its lanes."""

    worker: Worker
    source: MemorySource
    lanes: list = field(default_factory=list)


class FlakyMemory(ProcessMemory):
    """A memory that is gone now and then, before or after it has done what it was asked for."""

    def __init__(self, log, gone):
        super().__init__(log)
        self.gone = gone

    def exchange(self, sightings):
        if self.gone():
            raise MemoryUnavailable("gone before")
        if sightings and self.gone():
            self.log.append(sightings)
            raise MemoryUnavailable("gone after")
        return super().exchange(sightings)


class Simulation:
    """A queue of messages, some workers, and the words for what may happen to them."""

    def __init__(self, rules, workers, batch, gone=lambda: False, outage="wait", privacy=None):
        self.rules, self.batch, self.gone, self.outage = rules, batch, gone, outage
        self.privacy = privacy
        self.broker, self.sink, self.log = MemoryBroker(), MemorySink(), ProcessLog()
        self.broker.declare("eventtask.dead")
        self.late, self.tally, self.now = [], Tally(), 0.0
        self.running = [self.start() for _ in range(workers)]

    def start(self):
        lanes = []

        def make(name, size, do):
            lanes.append(SteppedLanes(name, size, do))
            return lanes[-1]

        source = MemorySource(self.broker, "eventtask", exchanges=["eventtask"], prefetch=6)
        dead_letters = MemoryPublisher(self.broker)
        grave, memory = Grave("eventtask"), FlakyMemory(self.log, self.gone)
        parts = Parts(source, self.sink, dead_letters, grave, memory, self.rules, self.privacy)
        pace = Pace(
            batch=BatchPolicy(count=self.batch, age_s=0.0),
            backoff=Backoff(0.001, 0.002),
            brake=BrakePolicy(ratio=0.0),
            memory_outage=self.outage,
            idle_s=0.0,
            busy_s=0.0,
        )
        outside = Outside(clock=self.clock, chance=lambda: 0.5, lanes=make)
        worker = Worker(parts, POLICY, pace, self.tally, outside)
        with suppress(MemoryUnavailable):
            worker.correlating.load()
        return Running(worker, source, lanes)

    def clock(self):
        self.now += 0.001
        return self.now

    def send(self, messages):
        self.broker.publish(
            [
                Publication(
                    json.dumps(body).encode(),
                    PlainProperties(message_id=name),
                    "eventtask",
                    "eventtask",
                )
                for name, body in messages
            ]
        )

    def turn(self, which):
        self.running[which].worker.turn()

    def step(self, which, chance):
        lanes = [lane for lane in self.running[which].lanes if lane.todo]
        if lanes:
            lane = chance.choice(lanes)
            lane.step(chance.randrange(len(lane.todo)))

    def amends(self, which):
        """Tell whether a worker is about to replace a document: the worst time to die."""
        return any(
            work.amendments is not None
            for lane in self.running[which].lanes
            if lane.name == "amend"
            for work in lane.todo
        )

    def kill(self, which, chance):
        """End a worker; of what its threads had in hand some is done later, some never."""
        dead = self.running[which]
        for lane in dead.lanes:
            self.late += [(lane.do, work) for work in lane.todo if chance.random() < 0.8]
        dead.source.close()
        self.running[which] = self.start()

    def land(self, chance):
        """Let something happen that a dead worker asked for."""
        if self.late:
            do, work = self.late.pop(chance.randrange(len(self.late)))
            with suppress(MemoryUnavailable):
                do(work)

    def settle(self, chance):
        """Let everything run to its end, the late things too."""
        for _ in range(5000):
            for which, running in enumerate(self.running):
                self.turn(which)
                while any(lane.todo for lane in running.lanes):
                    self.step(which, chance)
            idle = all(
                not lane.busy for running in self.running for lane in running.lanes
            ) and self.broker.depth("eventtask") == (0, 0)
            if idle and not self.late:
                return
            self.land(chance)
        raise AssertionError(f"not settled: {self.broker.depth('eventtask')}")

    def documents(self):
        """Return {ID: document} without what depends on the time of receipt."""
        found = {}
        for (_, name), source in self.sink.documents.items():
            assert name not in found, f"{name} is stored twice"
            found[name] = without_receipt(orjson.loads(source))
        return found


def without_receipt(document):
    """Leave out what depends on the time of receipt."""
    return {name: value for name, value in document.items() if name != "receivedtimestamp"}


def stated_event(name, body):
    """Return an event as it is without correlation: what its sender stated, normalized."""
    properties = PlainProperties(message_id=name)
    delivery = Delivery(Tag(0, 1), json.dumps(body).encode(), properties, datetime.now(UTC))
    (explained,) = explain(delivery, POLICY)
    assert explained.refusal is None, explained.refusal
    return without_receipt(orjson.loads(explained.document.source))


def compiled(plain, identity, *, hot, max_hops, cap):
    """Return the rules of the reference as the worker has them."""
    return Rules(
        identity=tuple(map(path, identity)),
        rules={
            name: Rule(
                name,
                tuple(map(path, rule["fields"])),
                frozenset(identity.index(field) for field in rule["carries"]),
                rule["before"],
                rule["after"],
                tuple(map(path, rule.get("scope", ()))),
                rule.get("scope_below"),
                conditions=tuple(conditions(rule)),
            )
            for name, rule in plain.items()
        },
        hot=hot,
        max_hops=max_hops,
        most_candidates=cap,
    )


def conditions(rule):
    """Return the conditions of a rule."""
    for name, values in rule.get("only", {}).items():
        yield Condition(path(name), any_of=frozenset(values))
    for name, prefixes in rule.get("never", {}).items():
        yield Condition(path(name), no_prefix=tuple(prefixes))
