"""Sessions of equal length, of which a share of the events lacks identity fields.

The stream that costs are measured with: every event belongs to a session, sessions overlap, and
what an event lacks another event of its session states. A part of the sessions are sshd's, whose
lines hold address and user in their text only.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson

from benchmarks.parts import Message

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IDENTITY = ("sourceipaddress", "sessionid", "username")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a stream is like.

    events: how many. length: events of a session. lasting: seconds from its first to its last.
    rate: events a second, in event time. lacking: the share that lacks one to three of `IDENTITY`.
    text: the share of sessions that are sshd's.
    per_request: events that share a request ID; 0 for no request IDs.
    ports: whether requests tell the client's port, and so their connection.
    late: the most seconds by which an event arrives after those of its time.
    """

    events: int = 200_000
    seed: int = 7
    length: int = 20
    lasting: float = 60.0
    rate: float = 500.0
    lacking: float = 0.3
    text: float = 0.2
    per_request: int = 0
    ports: bool = True
    late: float = 2.0


class Stream(NamedTuple):
    """Messages in order of arrival, and those that lack something: by name, numbered."""

    messages: list[Message]
    lacking: dict[str, int]


class Session(NamedTuple):
    """One session: who it is."""

    number: int
    host: str
    pid: str
    port: int
    sourceipaddress: str
    sessionid: str
    username: str


def generate(shape: Shape) -> Stream:
    """Return the stream of a shape: the same one each time."""
    chance = random.Random(shape.seed)
    arriving = []
    lacking: dict[str, int] = {}
    for number in range(shape.events // shape.length):
        start = number * shape.length / shape.rate
        for at, body, lacks in session_events(chance, new_session(chance, number), start, shape):
            name = f"{chance.getrandbits(128):032x}"
            arriving.append((at + chance.random() * shape.late, Message(name, body)))
            if lacks:
                lacking[name] = len(lacking)
    arriving.sort()
    return Stream([message for _, message in arriving], lacking)


def new_session(chance: random.Random, number: int) -> Session:
    """Return a session."""
    return Session(
        number,
        f"web{chance.randrange(40):02}.example.com",
        str(chance.randrange(2000, 4_000_000)),
        chance.randrange(32768, 60999),
        f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(1, 255)}",
        f"{chance.getrandbits(128):032x}",
        f"user{chance.randrange(5000):04}",
    )


def session_events(
    chance: random.Random, session: Session, start: float, shape: Shape
) -> Iterator[tuple[float, bytes, bool]]:
    """Give the events of a session: when it arrives if it is not late, its body, does it lack."""
    is_text = chance.random() < shape.text
    request = ""
    for number in range(shape.length):
        if shape.per_request and number % shape.per_request == 0:
            request = f"{chance.getrandbits(64):016x}"
        at = start + number * shape.lasting / shape.length + chance.random()
        lacks = chance.random() < shape.lacking
        missing = chance.sample(IDENTITY, chance.randint(1, 3)) if lacks else []
        event = ssh_line(session, missing) if is_text else web_request(chance, session, missing)
        if request and not is_text:
            event["details"]["requestid"] = request
        if not shape.ports:
            event["details"].pop("sourceport", None)
        event["timestamp"] = (START + timedelta(seconds=at)).isoformat(timespec="milliseconds")
        yield at, orjson.dumps(event), lacks


def web_request(chance: random.Random, session: Session, missing: list[str]) -> dict[str, Any]:
    """Return a request to a web application."""
    status, size = chance.choice([200, 200, 200, 302, 404]), chance.randrange(200, 90_000)
    url = f"/shop/{chance.choice(['cart', 'items', 'orders'])}/{chance.randrange(10**6)}"
    stated = {name: getattr(session, name) for name in IDENTITY if name not in missing}
    details = {
        **stated,
        "sourceport": session.port,
        "destinationipaddress": "192.0.2.80",
        "destinationport": 443,
        "method": "GET",
        "uri": url,
        "status": status,
        "bytes": size,
        "useragent": AGENT,
        "duration": round(chance.random(), 3),
    }
    return {
        "hostname": session.host,
        "category": "web",
        "processname": "gunicorn",
        "processid": "812",
        "severity": "INFO",
        "source": "shop",
        "summary": f"GET {url} {status} {size}",
        "tags": ["web", "shop"],
        "details": details,
    }


def ssh_line(session: Session, missing: list[str]) -> dict[str, Any]:
    """Return a line of sshd; the journal knows its session, the text holds the rest."""
    user, origin = session.username, f"{session.sourceipaddress} port {session.port}"
    match "username" in missing, "sourceipaddress" in missing:
        case True, True:
            text = "Transferred: sent 51264, received 9340 bytes"
        case True, False:
            text = f"Connection from {origin} on 192.0.2.80 port 22"
        case False, True:
            text = f"pam_unix(sshd:session): session opened for user {user}(uid=1000) by (uid=0)"
        case _:
            text = f"Accepted publickey for {user} from {origin} ssh2: ED25519 SHA256:9tQ3uE0x"
    details = {"facility": "auth", "unit": "ssh.service", "transport": "syslog", "uid": 0}
    if "sessionid" not in missing:
        details["sessionid"] = session.sessionid
    return {
        "hostname": session.host,
        "category": "syslog",
        "processname": "sshd",
        "processid": session.pid,
        "severity": "INFO",
        "source": "authpriv",
        "summary": text,
        "tags": ["syslog", "auth", "journal"],
        "details": {**details, "machine": f"{session.number:032x}", "boot": "0" * 32},
    }
