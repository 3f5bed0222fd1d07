"""The storm: which fault hits whom, when and for how long. A pure function of seed and length."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

WORKERS = ("worker-a", "worker-b")
"""a has two processes under a supervisor, b is one."""

UNITS = (*WORKERS, "intake")
CALM_BEFORE_S, CALM_AFTER_S = 3.0, 2.0
GAP_S = 1.8
"""Between the beginnings of two faults, on average: they last longer, so that they overlap."""

Kept = Literal["sqlite", "redis", "embedded"]
"""Where the memory is; embedded: broker and sink are files as well, on the same disk."""


@dataclass(frozen=True, slots=True)
class Setup:
    """How the workers of a campaign are configured.

    orphans: children of a killed supervisor are left to notice by themselves; otherwise they are
    killed with it, as systemd does.
    heartbeat_s, timeout_s: of the broker's connections, and of requests to the sink.
    """

    memory: Kept
    outage: str
    prefetch: int
    batch_count: int
    bulks: int
    heartbeat_s: int
    timeout_s: int
    orphans: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: from `at` on, for `lasting` seconds; both count from the first event sent.

    target: a unit, a service, or a link, written client>server.
    how: which process of a unit, how much of a delay and the like.
    """

    at: float
    kind: str
    target: str
    lasting: float = 0.0
    how: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of a kind of fault.

    share: how often it comes in one round of all kinds.
    least_s, most_s: how long it lasts. rest_s: from one to the next in the same group.
    """

    name: str
    targets: tuple[str, ...]
    share: int
    least_s: float = 0.0
    most_s: float = 0.0
    group: str = ""
    rest_s: float = 0.0
    hows: tuple[str, ...] = ("",)


def links(memory: Kept) -> tuple[str, ...]:
    """Return every pair of processes that talk to each other through a proxy."""
    if memory == "embedded":
        return ("clients>intake",)
    found = [f"{unit}>rabbitmq" for unit in (*UNITS, "publishers")]
    found += [f"{worker}>elasticsearch" for worker in WORKERS]
    found += [f"{worker}>redis" for worker in WORKERS if memory == "redis"]
    return (*found, "clients>intake")


def kinds(memory: Kept) -> tuple[Kind, ...]:
    """Return all kinds of faults."""
    found = [*of_processes(), *of_links(links(memory))]
    if memory != "embedded":
        found += of_services()
    if memory == "redis":
        found.append(Kind("kill", ("redis",), 2, 0.5, 5, "redis", 8))
        found.append(Kind("stop", ("redis",), 1, 0.5, 3, "redis", 8))
    else:
        found.append(Kind("disk full", ("disk",), 3, 1, 6, "disk", 8))
    return tuple(found)


def of_processes() -> Iterator[Kind]:
    """Give the kinds that hit workers and the intake."""
    processes = ("main", "main", "child")
    yield Kind("kill", UNITS, 4, hows=processes)
    yield Kind("pause", UNITS, 3, 1, 12, hows=processes)
    yield Kind("term", UNITS, 2)
    yield Kind("reload", UNITS, 1)
    yield Kind("clock", WORKERS, 2, hows=("-7200", "-45", "-3", "5", "90", "4000", "20000"))


def of_links(every: tuple[str, ...]) -> Iterator[Kind]:
    """Give the kinds that hit what is between two processes."""
    yield Kind("cut", every, 4)
    yield Kind("delay", every, 2, 2, 8, hows=("0.02", "0.2", "0.7"))
    yield Kind("throttle", every, 2, 2, 8, hows=("2000", "20000"))
    yield Kind("silence", every, 3, 2, 14)


def of_services() -> tuple[Kind, ...]:
    """Return the kinds that hit RabbitMQ and Elasticsearch."""
    service = "elasticsearch"
    return (
        Kind("close", ("rabbitmq",), 2),
        Kind("stop", ("rabbitmq",), 1, 1, 6, "rabbitmq", 30),
        Kind("kill", ("rabbitmq",), 1, 1, 6, "rabbitmq", 30),
        Kind("stop", (service,), 1, 1, 5, service, 80),
        Kind("kill", (service,), 1, 1, 5, service, 80),
        Kind("429", (service,), 1, 1, 6, "gate", 7),
        Kind("429 by item", (service,), 1, 1, 6, "gate", 7),
        Kind("503", (service,), 1, 1, 6, "gate", 7),
        Kind("slow", (service,), 1, 2, 8, "gate", 9, ("0.5", "2", "4")),
        Kind("unanswered", (service,), 1, 1, 4, "gate", 7),
        Kind("413", (service,), 1, 3, 8, "gate", 9),
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """A campaign as it is meant to go; `seconds` is how long events are sent."""

    seed: int
    seconds: float
    setup: Setup
    faults: tuple[Fault, ...]

    def plain(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


def plan(seed: int, seconds: float) -> Plan:
    """Return the campaign of a seed: the same one each time.

    Odd seeds have a memory in SQLite, even ones in Redis; those that can be divided by 5 have
    everything in embedded stores.
    """
    chance = random.Random(f"plan {seed}")
    outage, prefetch = chance.choice(["wait", "wait", "index"]), chance.choice([50, 200, 1000])
    setup = Setup(
        memory="embedded" if seed % 5 == 0 else "sqlite" if seed % 2 else "redis",
        outage=outage,
        prefetch=prefetch,
        batch_count=min(prefetch, chance.choice([5, 25, 100])),
        bulks=chance.choice([1, 2, 3]),
        heartbeat_s=chance.choice([4, 8]),
        timeout_s=chance.choice([6, 12]),
        orphans=chance.random() < 0.5,
    )
    faults = tuple(storm(chance, setup.memory, seconds))
    return Plan(seed, seconds, setup, faults)


def storm(chance: random.Random, memory: Kept, seconds: float) -> Iterator[Fault]:
    """Give faults one after the other; each kind comes in every round of all kinds."""
    at, last_end = CALM_BEFORE_S, seconds - CALM_AFTER_S
    rested: dict[str, float] = {}
    deck: list[Kind] = []
    while True:
        at += chance.expovariate(1 / GAP_S)
        if at >= last_end:
            return
        deck = deck or shuffled(chance, memory)
        kind = dealt(deck, rested, at)
        lasting = min(chance.uniform(kind.least_s, kind.most_s), last_end - at)
        if kind.group:
            rested[kind.group] = at + lasting + kind.rest_s
        target, how = chance.choice(kind.targets), chance.choice(kind.hows)
        yield Fault(round(at, 2), kind.name, target, round(lasting, 2), how)


def shuffled(chance: random.Random, memory: Kept) -> list[Kind]:
    """Return one round."""
    deck = [kind for kind in kinds(memory) for _ in range(kind.share)]
    chance.shuffle(deck)
    return deck


def dealt(deck: list[Kind], rested: dict[str, float], at: float) -> Kind:
    """Take the next kind whose group has rested; where none has, the next one all the same."""
    for place, kind in enumerate(deck):
        if rested.get(kind.group, 0.0) <= at:
            return deck.pop(place)
    return deck.pop(0)
