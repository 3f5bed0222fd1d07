"""Random logs in which much goes wrong: NAT, reused pids, roaming sessions, shared accounts."""

import random
from datetime import UTC, datetime, timedelta

IDENTITY = ["details.sourceipaddress", "details.sessionid", "details.username"]
ALL = set(IDENTITY)

RULES = {
    "session": {
        "fields": ["details.sessionid"],
        "scope": ["hostname"],
        "scope_below": 16,
        "carries": ALL,
        "before": 30,
        "after": 5,
    },
    "connection": {
        "fields": ["details.connectionid", "hostname"],
        "carries": ALL,
        "before": 5,
        "after": 5,
    },
    "connection-port": {
        "fields": ["hostname", "details.sourceipaddress", "details.sourceport"],
        "never": {"details.viaproxy": ["yes"]},
        "carries": {"details.sessionid", "details.username"},
        "before": 5,
        "after": 5,
    },
    "request": {
        "fields": ["details.requestid"],
        "carries": {"details.sessionid", "details.username"},
        "before": 5,
        "after": 5,
    },
    "process": {
        "fields": ["hostname", "processname", "processid"],
        "only": {"processname": ["sshd", "sudo"]},
        "never": {"summary": ["server listening"]},
        "carries": ALL,
        "before": 2,
        "after": 2,
    },
}

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
LONG = "0123456789abcdef0123"

VALUES = {
    "sourceipaddress": ["192.0.2.1", "192.0.2.2", "::ffff:192.0.2.1", "2001:db8::1"],
    "sourceport": ["4711", 4712],
    "username": ["joe", "ann", "root", "-"],
    "sessionid": [LONG, "1", "2"],
    "connectionid": ["c1", "c2"],
    "requestid": ["r1", "r2"],
}


class World:
    """A few hosts, people and numbers; in a small one everything collides."""

    def __init__(self, chance):
        self.chance = chance
        self.values = {
            name: chance.sample(values, chance.randint(1, len(values)))
            for name, values in VALUES.items()
        }

    def some(self, *names):
        """Return some of what an event may state."""
        likely = {"sessionid": 0.7, "connectionid": 0.7, "requestid": 0.6}
        return {
            name: self.chance.choice(self.values[name])
            for name in names
            if self.chance.random() < likely.get(name, 0.35)
        }


def process_line(chance, world):
    """A line of a process that serves one connection; its pid is used again before long."""
    words = chance.choice(["x", "x", "x", "Server listening on :: port 22"])
    return {
        "processname": "sshd",
        "processid": chance.choice(["7", "7", "8"]),
        "summary": words,
        "details": world.some("sourceipaddress", "username"),
    }


def web_request(_, world):
    """A request within a session, which may roam and may be shared."""
    return {
        "processname": "nginx",
        "processid": "99",
        "details": world.some("sessionid", "username", "requestid", "sourceipaddress"),
    }


def connection(_, world):
    """A connection, behind NAT or not."""
    return {"details": world.some("connectionid", "sourceipaddress", "sourceport", "username")}


def proxied(_, world):
    """One port, many people."""
    stated = world.some("sourceipaddress", "requestid", "username")
    return {"details": {"viaproxy": "yes", "sourceport": "4711", **stated}}


def log_of(seed):
    """Return the messages of a random log."""
    chance = random.Random(seed)
    world = World(chance)
    kinds = chance.choices([process_line, web_request, connection, proxied], [4, 4, 3, 1], k=2)
    span = chance.choice([1, 3, 5, 20, 40])
    return [
        (f"m{number:02}", event(chance, world, chance.choice(kinds), span))
        for number in range(chance.randint(6, 24))
    ]


def event(chance, world, kind, span):
    """Return one event within `span` minutes."""
    when = START + timedelta(minutes=chance.randint(0, span), seconds=chance.choice([0, 1, 30, 59]))
    return {
        "timestamp": when.isoformat(),
        "hostname": chance.choice(["web1", "web1", "web1", "web2"]),
        **kind(chance, world),
    }
