"""What happens in the company whose traffic is made: who does what, where, and how it is told.

Each person has one address and one session at a time, so that events of one story belong
together; some exceptions name only the session, as applications do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar

T = TypeVar("T")

WORD: Final = (1 << 64) - 1


class Dice:
    """Chance that can be repeated: SplitMix64 (Steele, Lea, Flood: Fast splittable PRNGs, 2014)."""

    def __init__(self, seed: int, number: int) -> None:
        """Start a sequence of its own for each pair."""
        self.seed = seed
        self.state = mixed(mixed(seed) ^ number)

    def below(self, limit: int) -> int:
        """Return a number from 0 to `limit` - 1."""
        self.state = (self.state + 0x9E3779B97F4A7C15) & WORD
        return mixed(self.state) % limit

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of the choices."""
        return choices[self.below(len(choices))]

    def happens(self, percent: int) -> bool:
        """Return True in so many of 100 cases."""
        return self.below(100) < percent


def mixed(number: int) -> int:
    """Return a number of 64 bits that looks unlike its neighbors'."""
    number &= WORD
    number = ((number ^ number >> 30) * 0xBF58476D1CE4E5B9) & WORD
    number = ((number ^ number >> 27) * 0x94D049BB133111EB) & WORD
    return number ^ number >> 31


class Person(NamedTuple):
    """Someone with an account."""

    name: str
    address: str


PEOPLE: Final = (
    Person("alice", "192.0.2.17"),
    Person("bob", "192.0.2.18"),
    Person("carol", "192.0.2.44"),
    Person("dave", "2001:db8:17::21"),
    Person("erin", "198.51.100.23"),
    Person("frank", "198.51.100.24"),
    Person("grace", "2001:db8:17::22"),
    Person("heidi", "192.0.2.80"),
    Person("judy", "198.51.100.90"),
    Person("olivia", "192.0.2.101"),
    Person("peggy", "192.0.2.102"),
    Person("walter", "2001:db8:23::5"),
)
ADMINS: Final = (Person("trent_admin", "192.0.2.2"), Person("sybil_admin", "192.0.2.3"))
STRANGERS: Final = ("203.0.113.9", "203.0.113.77", "203.0.113.140", "2001:db8:bad::1")
WEB: Final = tuple(f"web{number}.example.com" for number in range(1, 7))
HOSTS: Final = (*WEB, "db1.example.com", "mail1.example.com", "vpn1.example.com", "fw1.example.com")
BROWSERS: Final = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 Version/17.5 Safari/605.1",
    "curl/8.5.0",
)
PAGES: Final = ("/billing/export", "/admin/users", "/reports/weekly", "/api/v2/keys", "/login")
METHODS: Final = ("password", "publickey", "otp", "saml")
EXCEPTIONS: Final = (
    "ValueError: invalid literal for int() with base 10: 'abc'",
    "KeyError: 'session'",
    "ConnectionResetError: [Errno 104] Connection reset by peer",
    "TimeoutError: the payment service took longer than 30 s",
)


@dataclass(frozen=True, slots=True)
class Scene:
    """Something that happened, before a shipper gave it a shape."""

    category: str
    summary: str
    severity: str
    hostname: str
    program: str
    pid: int
    time: datetime
    details: dict[str, Any]
    tags: tuple[str, ...] = ()
    facility: str = "user"


def session_of(dice: Dice, person: Person) -> str:
    """Return the session that a person has throughout the traffic of one seed."""
    return f"{mixed(dice.seed ^ int.from_bytes(person.name.encode(), 'big')):016x}"


def came_from(dice: Dice, person: Person) -> dict[str, Any]:
    """Return the details that say who, from where, and in which session."""
    return {
        "username": person.name,
        "sourceipaddress": person.address,
        "sourceport": 32768 + dice.below(28232),
        "sessionid": session_of(dice, person),
    }


def authentication(dice: Dice, now: datetime) -> Scene:
    """Someone logs in; one in five fails, mostly strangers."""
    person, success = dice.pick(PEOPLE), dice.happens(80)
    details = {
        **came_from(dice, person),
        "authmethod": dice.pick(METHODS),
        "success": success,
        "useragent": dice.pick(BROWSERS),
    }
    if not success:
        details["sourceipaddress"] = dice.pick(STRANGERS)
        details["result"] = f"{2 + dice.below(9)} authentication failures in a row"
        del details["sessionid"]
    return Scene(
        dice.pick(("authentication", "login", "Authentication Events")),
        f"{person.name} login {'succeeded' if success else 'failed'}"
        f" from {details['sourceipaddress']}",
        "INFO" if success else "WARNING",
        dice.pick(WEB),
        "idp",
        1000 + dice.below(30000),
        now,
        details,
        ("sso", "success" if success else "failure"),
    )


def authorization(dice: Dice, now: datetime) -> Scene:
    """Someone opens a page; one in three may not."""
    person, page, success = dice.pick(PEOPLE), dice.pick(PAGES), dice.happens(66)
    verb = "granted" if success else "denied"
    details = {
        **came_from(dice, person),
        "task": f"access to page {page}",
        "requestmethod": dice.pick(("GET", "POST", "DELETE")),
        "uri": page,
        "success": success,
    }
    return Scene(
        dice.pick(("authorization", "access control", "authz")),
        f"{person.name} was {verb} access to {page}",
        "INFO" if success else "WARNING",
        dice.pick(WEB),
        "nginx",
        1000 + dice.below(30000),
        now,
        details,
        ("shop",),
    )


def account_lifecycle(dice: Dice, now: datetime) -> Scene:
    """An administrator makes, changes or removes an account."""
    admin, person = dice.pick(ADMINS), dice.pick(PEOPLE)
    action = dice.pick(("created", "deleted", "renamed", "modified"))
    return administered(
        dice,
        now,
        dice.pick(("account lifecycle", "account management")),
        f"account {person.name} {action} by {admin.name}",
        {"action": action, "username": person.name, "actor": admin.name},
        admin,
    )


def password_key(dice: Dice, now: datetime) -> Scene:
    """A password or a key changes, or ends."""
    person = dice.pick(PEOPLE)
    action = dice.pick(("password changed", "password reset", "password expired", "key expired"))
    details = {"action": action, "username": person.name}
    if action.startswith("key"):
        details |= {"keytype": "ssh-ed25519", "keyid": str(4000 + dice.below(1000))}
    summary = f"{action} for {person.name}"
    category = dice.pick(("password/key", "password change", "credential management"))
    return administered(dice, now, category, summary, details, person)


def account_activation(dice: Dice, now: datetime) -> Scene:
    """An account is locked after failed logins, or comes back."""
    person, admin = dice.pick(PEOPLE), dice.pick(ADMINS)
    action = dice.pick(("locked", "unlocked", "disabled", "enabled"))
    details: dict[str, Any] = {"action": action, "username": person.name}
    if action == "locked":
        details |= {"reason": "too many failed logins", "failures": 5 + dice.below(6)}
    else:
        details["actor"] = admin.name
    category = dice.pick(("account activation", "account lockout", "account status"))
    return administered(dice, now, category, f"account {person.name} {action}", details, admin)


def administered(
    dice: Dice, now: datetime, category: str, summary: str, details: dict[str, Any], by: Person
) -> Scene:
    """Return a scene that the directory server tells."""
    told = {**details, "sourceipaddress": by.address, "success": True}
    pid = 1000 + dice.below(30000)
    return Scene(category, summary, "NOTICE", "ldap1.example.com", "ldapadmin", pid, now, told)


def application_exception(dice: Dice, now: datetime) -> Scene:
    """An application fails; half of the time it says nothing but the session."""
    person, page, error = dice.pick(PEOPLE), dice.pick(PAGES), dice.pick(EXCEPTIONS)
    who = came_from(dice, person)
    if dice.happens(50):
        who = {"sessionid": who["sessionid"]}
    return Scene(
        dice.pick(("application exception", "invalid input", "fatal error")),
        f"{error.partition(':')[0]} in {page}",
        "ERROR",
        dice.pick(WEB),
        "gunicorn",
        1000 + dice.below(30000),
        now,
        {**who, "exception": error, "uri": page},
        ("shop",),
    )


SCENES: Final[dict[str, Callable[[Dice, datetime], Scene]]] = {
    "authentication": authentication,
    "authorization": authorization,
    "account-lifecycle": account_lifecycle,
    "password-key": password_key,
    "account-activation": account_activation,
    "application-exception": application_exception,
}

LINES: Final = (
    ("sshd", "auth", "INFO", "Accepted publickey for {person} from {home} port {port} ssh2"),
    (
        "sshd",
        "auth",
        "NOTICE",
        "Failed password for invalid user admin from {stranger} port {port} ssh2",
    ),
    (
        "sudo",
        "authpriv",
        "NOTICE",
        "{person} : TTY=pts/0 ; PWD=/srv ; USER=root ; COMMAND=/usr/bin/apt-get update",
    ),
    ("CRON", "cron", "INFO", "(root) CMD (cd / && run-parts --report /etc/cron.hourly)"),
    ("systemd", "daemon", "INFO", "Started Daily apt download activities."),
    ("postfix/smtpd", "mail", "INFO", "connect from unknown[{stranger}]"),
    (
        "kernel",
        "kern",
        "WARNING",
        "[UFW BLOCK] IN=eth0 OUT= SRC={stranger} DST=192.0.2.10 PROTO=TCP SPT={port} DPT=22",
    ),
)


def syslog(dice: Dice, now: datetime) -> Scene:
    """A daemon writes a line, as daemons have done for forty years."""
    program, facility, severity, line = dice.pick(LINES)
    person = dice.pick(PEOPLE)
    text = line.format(
        person=person.name,
        home=person.address,
        stranger=dice.pick(STRANGERS),
        port=32768 + dice.below(28232),
    )
    pid = 1 if program in ("kernel", "systemd") else 300 + dice.below(30000)
    return Scene("syslog", text, severity, dice.pick(HOSTS), program, pid, now, {}, (), facility)
