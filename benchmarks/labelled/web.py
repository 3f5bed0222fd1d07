"""What a web application and the services behind it write: structured, with IDs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.labelled.drafts import Draft, Truth
from benchmarks.labelled.world import Person, World

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
POOLED_PORTS = 8
PROXY = "192.0.2.200"


def visit(world: World, at: float) -> Iterator[Draft]:
    """Give the events of one session: a login, then requests, some served by other services."""
    chance, person = world.chance, world.person()
    activity, token = world.begin(), world.token()
    host = chance.choice(world.web).name
    port, roams = world.port(), chance.random() < 0.15
    requests = chance.randrange(4, 14)
    moves = chance.randrange(1, requests) if roams else requests
    for number in range(requests):
        at += chance.expovariate(1 / 25)
        here = person.address if number < moves else person.elsewhere
        if number == moves:
            port = world.port()
        truth = Truth(here, token, person.username)
        stated = {"sourceipaddress": here, "sourceport": port, "sessionid": token}
        if number == 0 or chance.random() < 0.7:
            stated["username"] = person.username
        details = {**stated, "requestid": f"{chance.getrandbits(64):016x}"}
        yield request(at, activity, host, truth, details, begins=number == 0)
        if chance.random() < 0.3:
            yield from services(world, at, activity, truth, details)


def request(
    at: float, activity: int, host: str, truth: Truth, details: dict[str, Any], *, begins: bool
) -> Draft:
    """Return a request as the web application reports it."""
    what = "POST /login" if begins else "GET /orders"
    body = structured(host, "gunicorn", "812", f"{what} 200")
    more = {"method": what[:4].strip(), "status": 200, "useragent": AGENT, "uid": 1000}
    return Draft(at, activity, host, truth, body, begins, details={**details, **more})


def services(
    world: World, at: float, activity: int, truth: Truth, details: dict[str, Any]
) -> Iterator[Draft]:
    """Give what other services report of a request: each sees the one before it, not the client."""
    for number, name in enumerate(world.chance.sample(["billing", "stock", "mail"], 2)):
        stated = {"requestid": details["requestid"]}
        if world.chance.random() < 0.3:
            stated["username"] = details.get("username", "-")
        body = structured(f"{name}.example.com", name, "77", f"{name}: done")
        moment = at + 0.05 * (number + 1)
        yield Draft(moment, activity, f"{name}.example.com", truth, body, details=stated)


def proxied(world: World, at: float) -> Iterator[Draft]:
    """Give requests of several people through one proxy, which keeps a few connections open."""
    told = world.chance.random() < 0.8
    host = world.chance.choice(world.web).name
    people = [(world.person(), world.begin(), world.token()) for _ in range(3)]
    for _ in range(world.chance.randrange(4, 9)):
        at += world.chance.expovariate(1 / 5)
        person, activity, token = world.chance.choice(people)
        port = 40_000 + world.chance.randrange(POOLED_PORTS)
        details: dict[str, Any] = {"sourceipaddress": PROXY, "sourceport": port, "sessionid": token}
        if world.chance.random() < 0.5:
            details["username"] = person.username
        if told:
            details["via"] = "1.1 proxy1"
        yield request(at, activity, host, truth_behind(person, token), details, begins=False)


def truth_behind(person: Person, token: str) -> Truth:
    """Return who came through the proxy; the server sees the proxy's address, and rightly so."""
    return Truth(PROXY, token, person.username)


def daemon(world: World, at: float) -> Iterator[Draft]:
    """Give events of a process that serves everybody, without an ID: nobody can tell whose."""
    host = world.chance.choice(world.web).name
    for _ in range(world.chance.randrange(1, 4)):
        at += world.chance.random()
        person = world.person()
        truth = Truth(person.address, None, person.username)
        body = structured(host, "gunicorn", "812", "slow query: 2.3 s")
        details = {"username": person.username} if world.chance.random() < 0.5 else {}
        yield Draft(at, world.begin(), host, truth, body, details=details)


def structured(host: str, program: str, pid: str, summary: str) -> dict[str, Any]:
    """Return an event of an application, without details."""
    return {
        "hostname": host,
        "category": "application",
        "processname": program,
        "processid": pid,
        "severity": "INFO",
        "source": "application",
        "summary": summary,
    }
