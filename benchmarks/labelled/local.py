"""What people do on a host: sudo and su. Who they become is the user; whence, no line says."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.labelled.drafts import Draft, Truth
from benchmarks.labelled.world import World

COMMANDS = ("/usr/bin/systemctl restart shop", "/usr/bin/apt update", "/bin/cat /etc/shadow")


def sudo(world: World, at: float) -> Iterator[Draft]:
    """Give the lines of one command of sudo."""
    user = world.chance.choice(["root", "root", "postgres", "www-data"])
    caller, command = world.person(), world.chance.choice(COMMANDS)
    name = caller.username
    texts = (
        f"{name} : TTY=pts/0 ; PWD=/home/{name} ; USER={user} ; COMMAND={command}",
        f"pam_unix(sudo:session): session opened for user {user}(uid=0) by {name}(uid=1000)",
        "pam_systemd(sudo:session): Cannot create session: Already running in a session",
        f"pam_unix(sudo:session): session closed for user {user}",
    )
    yield from lines(world, at, "sudo", texts, Truth(caller.address, None, user))


def su(world: World, at: float) -> Iterator[Draft]:
    """Give the lines of one su."""
    caller = world.person()
    user = world.person().username
    texts = (
        f"(to {user}) {caller.username} on pts/1",
        f"pam_unix(su-l:session): session opened for user {user}(uid=1001) by (uid=1000)",
        "pam_env(su-l:session): deprecated reading of user environment enabled",
        f"pam_unix(su-l:session): session closed for user {user}",
    )
    yield from lines(world, at, "su", texts, Truth(caller.address, None, user))


def lines(
    world: World, at: float, program: str, texts: tuple[str, ...], truth: Truth
) -> Iterator[Draft]:
    """Give lines of one process."""
    host, activity = world.chance.choice(world.ssh), world.begin()
    pid = host.pid(world.chance.randrange(1, 6))
    for number, text in enumerate(texts):
        at += world.chance.uniform(0.01, 1.0)
        body = {
            "hostname": host.name,
            "category": "syslog",
            "processname": program,
            "processid": pid,
            "severity": "NOTICE",
            "source": "authpriv",
            "summary": text,
        }
        yield Draft(at, activity, host.name, truth, body, begins=number == 0)
