"""The traffic: labelled activities, small random logs, events without time or name, bad input.

A pure function of run, seed and number. The truth stays beside it, as obligations.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from benchmarks.labelled.stream import generate
from tests.campaign import planted
from tests.campaign.record import Obligation
from tests.campaign.shipments import Shipment, Traffic, amqp, request
from tests.convergence.logs import log_of

RATE = 60.0
"""Events in a second, over all ways."""

LABELLED, LOGS = 0.45, 0.4
"""Shares; the rest is events without time or without name. Bad input comes on top."""

BAD = 0.035
GIVEN_UP = 0.03
"""The share of shipments that are tried once only: whether they arrived nobody knows."""

SHARED = ("sessionid", "connectionid", "requestid")
ROUTES = ("/_bulk", "/events", "/nxlog", "/cef", "/custom/shop")


class Spoken(NamedTuple):
    """An event on its way: its name, and what its sender wrote."""

    name: str
    event: dict[str, Any]


@dataclass
class Loom:
    """Weaves the traffic of one campaign."""

    run: str
    chance: random.Random
    bads: tuple[Callable[[str], planted.Bad], ...]
    obligations: dict[str, Obligation] = field(default_factory=dict)
    numbers: int = 0

    def name(self) -> str:
        """Return a new name."""
        self.numbers += 1
        return f"{self.run}-{self.numbers:06}"

    def owe(self, obligation: Obligation) -> str:
        """Note what is owed; return its name."""
        self.obligations[obligation.name] = obligation
        return obligation.name


def traffic(
    run: str, seed: int, seconds: float, rate: float = RATE, *, conflicts: bool = True
) -> Traffic:
    """Return everything that is sent within so many seconds.

    conflicts: whether there is bad input that only the sink refuses.
    """
    chance = random.Random(f"stream {seed}")
    spared = set() if conflicts else {planted.conflicting}
    loom = Loom(run, chance, tuple(kind for kind in planted.KINDS if kind not in spared))
    count = round(seconds * rate)
    spoken = mingled(loom, seed, count)
    shipments: list[Shipment] = []
    waiting: list[Spoken] = []
    for number, one in enumerate(spoken):
        due = seconds * number / len(spoken)
        shipments += dispatch(loom, one, due, waiting)
    shipments += parcel(loom, seconds, waiting)
    return Traffic(loom.obligations, shipments)


def mingled(loom: Loom, seed: int, count: int) -> list[Spoken]:
    """Return events of all sorts in the order in which they are sent."""
    chance = loom.chance
    sorts = [
        list(labelled(loom, seed, round(count * LABELLED))),
        list(logs(loom, seed, round(count * LOGS))),
        [plain(loom) for _ in range(round(count * (1 - LABELLED - LOGS)))],
    ]
    placed = [
        ((place + chance.random()) / len(sort), number, one)
        for number, sort in enumerate(sorts)
        for place, one in enumerate(sort)
    ]
    return [one for _, _, one in sorted(placed, key=lambda each: each[:2])]


def labelled(loom: Loom, seed: int, count: int) -> Iterator[Spoken]:
    """Give activities as the labelled stream has them: in near order, some late, some twice."""
    stream = generate(count, seed)
    for name in stream.arrivals:
        event = orjson.loads(stream.events[name].body)
        yield marked(loom, f"{loom.run}-{name}", event)


def logs(loom: Loom, seed: int, count: int) -> Iterator[Spoken]:
    """Give small random logs in which much goes wrong, each in a world of its own."""
    made: list[Spoken] = []
    number = seed * 100_000
    while len(made) < count:
        number += 1
        for name, event in log_of(number):
            made.append(marked(loom, f"{loom.run}-{number}-{name}", apart(event, number)))
    # Neighbors are near each other, but no two logs are in turn.
    order = sorted(range(len(made)), key=lambda place: place + loom.chance.uniform(0, 300))
    yield from (made[place] for place in order)


def apart(event: dict[str, Any], number: int) -> dict[str, Any]:
    """Return an event whose names and numbers occur in its own log only."""
    details = {
        name: f"{value}-{number}" if name in SHARED else value
        for name, value in event["details"].items()
    }
    return {**event, "hostname": f"{event['hostname']}.log{number}", "details": details}


def plain(loom: Loom) -> Spoken:
    """Return an event that says nothing of the time."""
    event = {
        "category": "application",
        "summary": f"disk {loom.chance.randrange(9)} is warm",
        "hostname": "plain.example.com",
        "severity": "NOTICE",
        "details": {"temperature": loom.chance.randrange(90), "password": planted.SECRET},
    }
    return marked(loom, loom.name(), event)


def marked(loom: Loom, name: str, event: dict[str, Any]) -> Spoken:
    """Return an event that holds its name, and which campaign it is of."""
    details = {**event.get("details", {}), "eventid": name, "run": loom.run}
    return Spoken(name, {**event, "details": details})


def dispatch(loom: Loom, one: Spoken, due: float, waiting: list[Spoken]) -> Iterator[Shipment]:
    """Give what is sent now: the event, or a request that it fills, and maybe something bad."""
    chance = loom.chance
    if chance.random() < BAD:
        yield bad_message(loom, due)
    if one.name in loom.obligations:
        yield from again(loom, one, due)
    elif "timestamp" not in one.event or chance.random() < 0.5:
        yield message(loom, one, due)
    else:
        waiting.append(one)
        loom.obligations[one.name] = Obligation(one.name, "", "document", b"")
        if len(waiting) >= chance.randrange(2, 30):
            yield from parcel(loom, due, waiting)


def message(loom: Loom, one: Spoken, due: float) -> Shipment:
    """Return an event as a message of its own, or one of a pair that has a bad half.

    What has no time at all is sent once only: sent again, it may get the day of another receipt
    (docs/reliability.rst).
    """
    chance = loom.chance
    body, dated = orjson.dumps(one.event), "timestamp" in one.event
    stamped = chance.random() < 0.5
    name = one.name if chance.random() < 0.7 else None
    owed = Obligation(one.name, "amqp", "document", body, name, 0, one.event, dated)
    if dated and chance.random() < 0.01:
        return half_bad(loom, owed, due)
    stay = stays(chance) and (dated or stamped)
    return amqp(due, body, [loom.owe(owed)], name, stamped=stamped, stays=stay)


def half_bad(loom: Loom, owed: Obligation, due: float) -> Shipment:
    """Return a message of one good event and one that is none."""
    body = b"[" + owed.body + b",3]"
    good = Obligation(
        owed.name, "amqp", "document", body, owed.message_id, 0, owed.sent, owed.dated
    )
    words = "not an object"
    bad = Obligation(
        loom.name(), "amqp", "letter", body, owed.message_id, 1, {}, True, "decode", words
    )
    names = [loom.owe(good), loom.owe(bad)]
    return amqp(due, body, names, owed.message_id, stamped=True, stays=True)


def again(loom: Loom, one: Spoken, due: float) -> Iterator[Shipment]:
    """Give an event a second time, as it was, unless its first time is still to come."""
    owed = loom.obligations[one.name]
    if owed.way:
        yield amqp(due, owed.body, [], owed.message_id)


def bad_message(loom: Loom, due: float) -> Shipment:
    """Return a message that can't be used."""
    chance = loom.chance
    name = loom.name()
    bad = chance.choice(loom.bads)(name)
    known = name if chance.random() < 0.5 else None
    owed = Obligation(name, "amqp", "letter", bad.body, known, stage=bad.stage, words=bad.words)
    return amqp(due, bad.body, [loom.owe(owed)], known, bad.encoding, stays=stays(chance))


def parcel(loom: Loom, due: float, waiting: list[Spoken]) -> Iterator[Shipment]:
    """Give the request that takes what waits, by some route, with a bad event now and then."""
    if not waiting:
        return
    chance = loom.chance
    route, name = chance.choice(ROUTES), loom.name()
    bads = []
    if route != "/_bulk" and chance.random() < 0.25:
        some = planted.UNREADABLE if chance.random() < 0.5 else planted.INVALID
        kinds = [kind for kind in some if kind in loom.bads]
        bads.append((loom.name(), chance.choice(kinds)))
    made = request(due, route, name, [tuple(one) for one in waiting], bads)
    waiting.clear()
    for owed in made.obligations:
        loom.owe(owed)
    yield made.shipment._replace(stays=bool(bads) or stays(chance))


def stays(chance: random.Random) -> bool:
    """Tell whether a sender tries until it is told of success."""
    return chance.random() >= GIVEN_UP
