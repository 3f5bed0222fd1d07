"""Scenes -> messages: overlapping, out of order, some late, some twice, and with less than all.

The truth stays beside the messages: no body tells more than a sender would.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson

from benchmarks.labelled import local, network, ssh, web
from benchmarks.labelled.drafts import IDENTITY, Draft
from benchmarks.labelled.world import World, build

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
LACKING = 0.3
LATE = 0.03
LATEST_S = 600.0
REPEATED = 0.02
ACTIVITIES_PER_S = 2.0

Scene = Callable[[World, float], Iterator[Draft]]

SCENES: list[tuple[Scene, int]] = [
    (ssh.login, 8),
    (ssh.invalid_user, 6),
    (ssh.brute_force, 3),
    (ssh.listener, 2),
    (local.sudo, 5),
    (local.su, 2),
    (web.visit, 10),
    (web.proxied, 3),
    (web.daemon, 2),
    (network.gateway_session, 4),
    (network.directory_connection, 5),
    (network.flow, 5),
]


class Labelled(NamedTuple):
    """A message of the stream: its ID, its body, and what is true of it."""

    name: str
    body: bytes
    draft: Draft


class Stream(NamedTuple):
    """Every event once, by ID, and the order in which messages arrive."""

    events: dict[str, Labelled]
    arrivals: list[str]


def generate(events: int, seed: int) -> Stream:
    """Return a stream of as many distinct events: the same one for the same seed."""
    chance = random.Random(seed)
    world = build(chance)
    drafts: list[Draft] = []
    at = 0.0
    while len(drafts) < events:
        at += chance.expovariate(ACTIVITIES_PER_S)
        (scene,) = chance.choices([scene for scene, _ in SCENES], [weight for _, weight in SCENES])
        drafts += scene(world, at)
    skews = {host.name: host.skew for host in (*world.ssh, *world.web, *world.gateways)}
    made = {}
    for draft in drafts[:events]:
        name = f"{chance.getrandbits(64):016x}"
        made[name] = Labelled(name, written(draft, skews.get(draft.host, 0.0), chance), draft)
    return Stream(made, arrivals(made, chance))


def written(draft: Draft, skew: float, chance: random.Random) -> bytes:
    """Return the body of a message, which often says less than it might."""
    body: dict[str, Any] = dict(draft.body)
    details = dict(draft.details)
    if chance.random() < LACKING:
        if draft.shorter:
            body["summary"] = draft.shorter
        for field in chance.sample(IDENTITY, chance.randint(1, 3)):
            details.pop(field.removeprefix("details."), None)
    when = START + timedelta(seconds=draft.at + skew)
    body["timestamp"] = when.isoformat(timespec="milliseconds")
    if details:
        body["details"] = details
    return orjson.dumps(body)


def arrivals(made: dict[str, Labelled], chance: random.Random) -> list[str]:
    """Return the order of arrival: nearly that of events; some are late, some come twice."""
    arriving = []
    for name, labelled in made.items():
        delay = chance.uniform(0, LATEST_S) if chance.random() < LATE else chance.random() * 2
        arriving.append((labelled.draft.at + delay, name))
        if chance.random() < REPEATED:
            arriving.append((labelled.draft.at + delay + chance.uniform(0, 30), name))
    return [name for _, name in sorted(arriving)]
