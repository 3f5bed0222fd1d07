"""What sshd writes: logins, attacks, strangers at the door. Every fact is in the text."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.labelled.drafts import Draft, Truth
from benchmarks.labelled.world import Host, World

KEY = "ED25519 SHA256:9tQ3uE0xq3Y1mYx2H9v7d3bqzq1pXo0b8t1c2d3e4f5"
NAMES = ("root", "admin", "test", "oracle", "postgres", "ubuntu", "git")


class Connection:
    """One connection to an sshd, and the process that serves it."""

    def __init__(self, world: World, at: float, address: str) -> None:
        self.world = world
        self.host: Host = world.chance.choice(world.ssh)
        self.activity = world.begin()
        self.pid = self.host.pid(world.chance.randrange(1, 6))
        self.at = at
        self.address = address
        self.whence = f"{address} port {world.port()}"
        self.program = world.chance.choice(["sshd", "sshd", "sshd-session"])

    def line(
        self, text: str, user: str | None, *, begins: bool = False, shorter: str = ""
    ) -> Draft:
        """Return a line of the process, a moment after the one before."""
        self.at += self.world.chance.uniform(0.01, 2.5)
        body = {
            "hostname": self.host.name,
            "category": "syslog",
            "processname": self.program,
            "processid": self.pid,
            "severity": "INFO",
            "source": "authpriv",
            "summary": text,
        }
        truth = Truth(self.address, None, user)
        return Draft(self.at, self.activity, self.host.name, truth, body, begins, shorter)

    def opened(self, user: str | None) -> Iterator[Draft]:
        """Give the first line, where sshd writes one."""
        if self.host.talkative:
            text = f'Connection from {self.whence} on 192.0.2.22 port 22 rdomain ""'
            yield self.line(text, user, begins=True)


def login(world: World, at: float) -> Iterator[Draft]:
    """Give the lines of somebody who logs in, stays for a while, and leaves."""
    person, chance = world.person(), world.chance
    made = Connection(world, at, person.address)
    user = person.username
    yield from made.opened(user)
    if chance.random() < 0.2:
        text = f"Failed password for {user} from {made.whence} ssh2"
        yield made.line(text, user, shorter="Failed password")
    text = f"Accepted publickey for {user} from {made.whence} ssh2: {KEY}"
    yield made.line(text, user, shorter="User child is on pid 4711")
    text = f"pam_unix(sshd:session): session opened for user {user}(uid=1000) by (uid=0)"
    yield made.line(text, user, shorter="pam_systemd(sshd:session): Moving to a new session")
    made.at += chance.choice([3, 20, 60, 100, 600, 3000])
    text = f"Received disconnect from {made.whence}:11: disconnected by user"
    yield made.line(text, user, shorter="Transferred: sent 51264, received 9340 bytes")
    yield made.line(f"Disconnected from user {user} {made.whence}", user)
    text = f"pam_unix(sshd:session): session closed for user {user}"
    yield made.line(text, user, shorter="Closing connection")


def invalid_user(world: World, at: float) -> Iterator[Draft]:
    """Give the lines of a stranger who tries one name: the next to last names no address."""
    made = Connection(world, at, world.stranger())
    user = world.chance.choice(NAMES)
    yield from made.opened(user)
    text = f"Invalid user {user} from {made.whence}"
    yield made.line(text, user, shorter=f"input_userauth_request: invalid user {user} [preauth]")
    yield made.line(f"input_userauth_request: invalid user {user} [preauth]", user)
    text = f"Failed password for invalid user {user} from {made.whence} ssh2"
    yield made.line(text, user, shorter="pam_unix(sshd:auth): check pass; user unknown")
    yield made.line("fatal: Read from socket failed: Connection reset by peer [preauth]", user)


def brute_force(world: World, at: float) -> Iterator[Draft]:
    """Give the lines of one connection that tries several names: who it was, nobody can say."""
    made = Connection(world, at, world.stranger())
    yield from made.opened(None)
    for user in world.chance.sample(NAMES, world.chance.randint(2, 4)):
        text = f"Failed password for invalid user {user} from {made.whence} ssh2"
        yield made.line(text, user)
    text = f"Received disconnect from {made.whence}:11: Bye Bye [preauth]"
    yield made.line(text, None, shorter="fatal: no hostkeys available -- exiting [preauth]")


def listener(world: World, at: float) -> Iterator[Draft]:
    """Give a line of the process that waits for connections: of strangers, under one process ID."""
    made = Connection(world, at, "")
    made.pid, made.program = "612", "sshd"
    peer = f"[{world.stranger()}]:{world.port()}"
    number, here = world.chance.randrange(99), "[192.0.2.22]:22"
    text = f"drop connection #{number} from {peer} on {here} past MaxStartups"
    draft = made.line(world.chance.choice([text, "Server listening on :: port 22."]), None)
    draft.truth = Truth()
    yield draft
