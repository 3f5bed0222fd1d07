"""The stream that is drained: security events of six types, about 690 bytes each.

The same seed and start give the same bytes. Every event states all of its identity, so that none
has to be completed later: what is measured is the way of an event, with what correlation costs it.
`details.eventid` numbers the events, so that a sink can tell what is lost and what came twice.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson

SESSION_LENGTH = 20
AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0.0.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 15_5) Version/18.5 Safari/605.1.15",
)
PAGES = ("/admin/users", "/billing/export", "/api/v2/tokens", "/reports/weekly", "/settings/keys")
TROUBLES = ("KeyError: 'session'", "TimeoutError: upstream", "ValueError: invalid literal")
GROUPS = ("engineering", "finance", "operations", "support")

Details = dict[str, Any]


class Kind(NamedTuple):
    """A type of event: how often it comes, who writes it, and what it says beside the rest."""

    category: str
    weight: int
    program: str
    tell: Callable[[random.Random, str], tuple[str, Details]]


class Person(NamedTuple):
    """Who the events of one session are about."""

    name: str
    address: str
    session: str
    agent: str


def login(dice: random.Random, name: str) -> tuple[str, Details]:
    method = dice.choice(("password", "publickey", "saml"))
    return f"{name} logged in by {method}", {"authmethod": method, "attempts": dice.randint(1, 3)}


def access(dice: random.Random, name: str) -> tuple[str, Details]:
    page, verb = dice.choice(PAGES), dice.choice(("GET", "POST"))
    return f"{name} was granted access to {page}", {"task": page, "requestmethod": verb}


def account(dice: random.Random, name: str) -> tuple[str, Details]:
    group = dice.choice(GROUPS)
    return f"account {name} modified", {"action": "modified", "group": group, "actor": "it_admin"}


def key(dice: random.Random, name: str) -> tuple[str, Details]:
    print_of = f"SHA256:{dice.getrandbits(160):040x}"
    return f"ssh key added for {name}", {"action": "ssh key added", "keyfingerprint": print_of}


def activation(dice: random.Random, name: str) -> tuple[str, Details]:
    action = dice.choice(("activated", "locked", "unlocked"))
    return f"account {name} {action}", {"action": action, "reason": "requested by the manager"}


def trouble(dice: random.Random, name: str) -> tuple[str, Details]:
    said, page = dice.choice(TROUBLES), dice.choice(PAGES)
    return f"unhandled exception for {name}: {said}", {"exception": said, "uri": page}


KINDS = (
    Kind("authentication", 40, "sso", login),
    Kind("authorization", 20, "nginx", access),
    Kind("account lifecycle", 10, "ldapadmin", account),
    Kind("password/key", 10, "keyring", key),
    Kind("account activation", 8, "idp", activation),
    Kind("application exception", 12, "gunicorn", trouble),
)
WEIGHTS = [kind.weight for kind in KINDS]


def today() -> datetime:
    """Return the beginning of today, UTC: events of then go to one day's index."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def generate(count: int, seed: int = 7, start: datetime | None = None) -> Iterator[bytes]:
    """Give so many events as JSON, 100 a second in event time from `start` (default: today)."""
    dice, first = random.Random(seed), start or today()
    people = [newcomer(dice) for _ in range(200)]
    for number in range(count):
        place = dice.randrange(len(people))
        if dice.randrange(SESSION_LENGTH) == 0:
            people[place] = newcomer(dice)
        at = first + timedelta(milliseconds=10 * number)
        yield orjson.dumps(event(number, dice, people[place], at))


def newcomer(dice: random.Random) -> Person:
    """Return somebody with a new session."""
    name = f"{dice.choice(('ada', 'grace', 'edsger', 'barbara', 'tony'))}{dice.randrange(5000)}"
    address = f"10.{dice.randrange(256)}.{dice.randrange(256)}.{dice.randrange(1, 255)}"
    return Person(name, address, f"{dice.getrandbits(128):032x}", dice.choice(AGENTS))


def event(number: int, dice: random.Random, person: Person, at: datetime) -> dict[str, Any]:
    """Return one event."""
    kind = dice.choices(KINDS, WEIGHTS)[0]
    summary, more = kind.tell(dice, person.name)
    when = at.isoformat(timespec="microseconds")
    return {
        "timestamp": when,
        "utctimestamp": when,
        "category": kind.category,
        "hostname": f"host{dice.randrange(400):03}.private.dc1.example.com",
        "processname": kind.program,
        "processid": str(dice.randrange(300, 65_000)),
        "severity": dice.choice(("INFO", "INFO", "NOTICE", "WARNING")),
        "source": f"{kind.program}.log",
        "tags": [kind.program, kind.category, "production"],
        "summary": summary,
        "details": {
            "eventid": f"e{number:09}",
            "username": person.name,
            "sourceipaddress": person.address,
            "sourceport": dice.randrange(1024, 65_536),
            "destinationipaddress": f"10.22.{dice.randrange(256)}.{dice.randrange(1, 255)}",
            "sessionid": person.session,
            "useragent": person.agent,
            "success": True,
            **more,
        },
    }
