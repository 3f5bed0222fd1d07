"""The world of the labelled stream: people, their addresses, and hosts with their numbers."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

OFFICES = 6
PEOPLE = 300
SHARED_ACCOUNTS = ("deploy", "admin", "oracle")
SSH_HOSTS = 12
WEB_HOSTS = 6
GATEWAYS = 3
MOST_SKEW_S = 20.0


@dataclass(slots=True)
class Person:
    """Somebody: an account, and an address that others may have as well."""

    username: str
    address: str
    elsewhere: str


@dataclass(slots=True)
class Host:
    """A machine.

    skew: by how many seconds its clock is wrong.
    pids: how many process IDs there are; they are given in turn, and then again.
    talkative: sshd says when a connection begins.
    """

    name: str
    skew: float
    pids: int
    talkative: bool
    next_pid: int = 0
    next_session: int = 0
    next_connection: int = 0

    def pid(self, taken: int = 1) -> str:
        """Return the process ID of a new process; `taken` are used up meanwhile."""
        self.next_pid += taken
        return str(1000 + self.next_pid % self.pids)

    def session(self, numbers: int) -> str:
        """Return the number of a new session: as small devices count, and then begin again."""
        self.next_session += 1
        return str(1 + self.next_session % numbers)

    def connection(self) -> str:
        """Return the number of a new connection."""
        self.next_connection += 1
        return str(1000 + self.next_connection)


@dataclass(slots=True)
class World:
    """Everybody and everything."""

    chance: random.Random
    people: list[Person] = field(default_factory=list)
    ssh: list[Host] = field(default_factory=list)
    web: list[Host] = field(default_factory=list)
    gateways: list[Host] = field(default_factory=list)
    directory: Host = field(default_factory=lambda: Host("ldap1.example.com", -2.0, 1, False))
    activities: int = 0

    def begin(self) -> int:
        """Return the number of a new activity."""
        self.activities += 1
        return self.activities

    def person(self) -> Person:
        """Return somebody, now and then one of those who share an account."""
        return self.chance.choice(self.people)

    def stranger(self) -> str:
        """Return an address of somebody who has no business here."""
        return address(self.chance, "198.51.100" if self.chance.random() < 0.2 else "")

    def port(self) -> int:
        """Return a port of a client."""
        return self.chance.randrange(32768, 60999)

    def token(self) -> str:
        """Return a long session ID."""
        return f"{self.chance.getrandbits(128):032x}"


def build(chance: random.Random) -> World:
    """Return a world."""
    offices = [address(chance) for _ in range(OFFICES)]
    world = World(chance)
    for number in range(PEOPLE):
        shared = chance.random() < 0.05
        name = chance.choice(SHARED_ACCOUNTS) if shared else f"user{number:03}"
        home = address(chance)
        behind = chance.choice(offices) if chance.random() < 0.4 else home
        world.people.append(Person(name, behind, address(chance)))
    for number in range(SSH_HOSTS):
        # A few hosts give the same process IDs again within minutes, as a busy one would.
        pids = chance.choice([25, 4000, 30_000, 30_000])
        world.ssh.append(Host(f"srv{number:02}.example.com", skew(chance), pids, number % 2 == 0))
    for number in range(WEB_HOSTS):
        world.web.append(Host(f"web{number}.example.com", skew(chance), 30_000, False))
    for number in range(GATEWAYS):
        world.gateways.append(Host(f"vpn{number}.example.com", skew(chance), 1, False))
    return world


def skew(chance: random.Random) -> float:
    """Return by how much a clock is wrong: mostly next to nothing."""
    return chance.uniform(-MOST_SKEW_S, MOST_SKEW_S) if chance.random() < 0.3 else chance.random()


def address(chance: random.Random, network: str = "") -> str:
    """Return an address: of a network, or of anywhere; one in ten is of version 6."""
    if network:
        return f"{network}.{chance.randrange(1, 255)}"
    if chance.random() < 0.1:
        return f"2001:db8:{chance.randrange(1, 0xFFFF):x}::{chance.randrange(1, 0xFFFF):x}"
    parts = [chance.randrange(256) for _ in range(3)]
    return f"10.{parts[0]}.{parts[1]}.{1 + parts[2] % 254}"
