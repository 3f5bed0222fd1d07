"""What devices and directories write: sessions and connections that they number themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.labelled.drafts import Draft, Truth
from benchmarks.labelled.web import structured
from benchmarks.labelled.world import World

SESSION_NUMBERS = 200


def gateway_session(world: World, at: float) -> Iterator[Draft]:
    """Give the events of a VPN session, whose short number is soon another one's."""
    person, chance, host = world.person(), world.chance, world.chance.choice(world.gateways)
    number, activity = host.session(SESSION_NUMBERS), world.begin()
    truth = Truth(person.address, number, person.username)
    for step in range(chance.randrange(3, 7)):
        at += chance.expovariate(1 / 40)
        stated: dict[str, Any] = {"sessionid": number}
        if step == 0 or chance.random() < 0.3:
            stated["username"] = person.username
        if step == 0 or chance.random() < 0.3:
            stated["sourceipaddress"] = person.address
        body = structured(host.name, "vpnd", "1", "session started" if step == 0 else "rekeyed")
        yield Draft(at, activity, host.name, truth, body, begins=step == 0, details=stated)


def directory_connection(world: World, at: float) -> Iterator[Draft]:
    """Give a connection to a directory server: where from, then who, then what."""
    person, chance, host = world.person(), world.chance, world.directory
    number, activity = host.connection(), world.begin()
    truth = Truth(person.address, None, person.username)
    address: dict[str, Any] = {"sourceipaddress": person.address, "sourceport": world.port()}
    steps = [("ACCEPT", address), ("BIND", {"username": person.username})]
    steps += [("SRCH", {})] * chance.randrange(1, 4)
    for number_, (what, stated) in enumerate(steps):
        at += chance.uniform(0.001, 0.5)
        body = structured(host.name, "slapd", "1", what)
        details = {"connectionid": number, **stated}
        yield Draft(at, activity, host.name, truth, body, begins=number_ == 0, details=details)


def flow(world: World, at: float) -> Iterator[Draft]:
    """Give a connection as a firewall reports it, then a login over it, then bad input over it."""
    person, activity, port = world.person(), world.begin(), world.port()
    host = world.chance.choice(world.web).name
    token = world.token()
    truth = Truth(person.address, token, person.username)
    where = {"sourceipaddress": person.address, "sourceport": port}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("connection accepted", where),
        ("login", {**where, "sessionid": token, "username": person.username}),
        ("invalid input", where),
        ("invalid input", {"sessionid": token}),
    ]
    for number, (what, stated) in enumerate(steps):
        at += world.chance.uniform(0.01, 8)
        body = structured(host, "shop", "99", what)
        yield Draft(at, activity, host, truth, body, begins=number == 0, details=stated)
