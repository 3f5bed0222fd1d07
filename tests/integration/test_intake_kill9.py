"""kill -9 of the intake and of RabbitMQ while clients send and retry.

What was answered with success is stored; exactly once where the client names its events.
"""

from __future__ import annotations

import http.client
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import orjson
import pytest

from tests.daemons import Daemon, await_condition
from tests.intakes import TAKES, IntakeDaemon, Reply, ask
from tests.integration.pairs import Served

BATCH = 20
LANES = 3
PATIENCE_S = 120.0
NAMED = ("bulk", "key", "uuid")
"""How a client names its events: `_id` of a bulk action, Idempotency-Key, a UUID in the event."""


@dataclass
class Sender(threading.Thread):
    """A client that sends batches one after the other, each until it is answered with success."""

    kind: str
    lane: int
    run_name: str
    port: int
    batches: int
    accepted: list[str] = field(default_factory=list)
    retries: int = 0
    wrong: list[Reply] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def run(self) -> None:
        for number in range(self.batches):
            names = [f"{self.kind}-{self.lane}-{number}-{place}" for place in range(BATCH)]
            self.send(names, number)
            self.accepted += names

    def __hash__(self) -> int:
        return id(self)

    def send(self, names: list[str], number: int) -> None:
        path, body, headers = self.request(names, number)
        until = time.monotonic() + PATIENCE_S
        while not self.sent(path, body, headers):
            assert time.monotonic() < until
            self.retries += 1
            time.sleep(0.1)

    def sent(self, path: str, body: bytes, headers: dict[str, str]) -> bool:
        """Send once; tell whether it was answered with success."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            reply = ask(connection, "POST", path, body, headers)
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if reply.status not in (200, 503):
            self.wrong.append(reply)
        return reply.status == 200

    def request(self, names: list[str], number: int) -> tuple[str, bytes, dict[str, str]]:
        """Return path, body and headers for these events; the same at every try."""
        events = [orjson.dumps(self.event(name)) for name in names]
        headers = {"Content-Type": "application/json"}
        if self.kind == "bulk":
            action = '{{"create":{{"_id":"{}-{}"}}}}\n'
            lines = [
                action.format(self.run_name, name).encode() + event
                for name, event in zip(names, events, strict=True)
            ]
            return "/_bulk", b"\n".join(lines) + b"\n", headers
        if self.kind == "key":
            headers["Idempotency-Key"] = f"{self.run_name}-{self.lane}-{number}"
        return "/events", b"\n".join(events), headers

    def event(self, name: str) -> dict[str, Any]:
        event: dict[str, Any] = {
            "timestamp": datetime.now(UTC).isoformat(),
            "summary": f"event {name}",
            "details": {"eventid": name, "run": self.run_name},
        }
        if self.kind == "uuid":
            event["event.id"] = str(uuid5(NAMESPACE_OID, self.run_name + name))
        return event


@dataclass
class Site:
    """An intake that is started again on its port whenever it is killed."""

    served: Served
    directory: Path
    port: int
    intakes: list[IntakeDaemon] = field(default_factory=list)

    def start(self) -> None:
        log = self.directory / f"killed-{len(self.intakes)}.log"
        listen = ("--listen", f"127.0.0.1:{self.port}")
        self.intakes.append(IntakeDaemon(log, *listen, "--broker", self.served.broker))
        self.intakes[-1].await_words(TAKES)

    def kill(self, victim: str) -> None:
        if victim == "intake":
            self.intakes[-1].kill()
            self.start()
        else:
            self.served.rabbitmq.kill()
            time.sleep(0.5)
            self.served.rabbitmq.start()


@pytest.fixture
def site(served: Served, tmp_path: Path) -> Iterator[Site]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    made = Site(served, tmp_path, port)
    yield made
    for intake in made.intakes:
        intake.discard()
        print(intake.log.read_text()[-2000:])  # noqa: T201 - pytest shows it when the test failed


def massacre(
    site: Site, worker: Daemon, victims: list[str], batches: int, pause_s: float
) -> list[Sender]:
    """Send, kill these one after the other, and wait until all is stored."""
    chance = random.Random(6)
    site.start()
    kinds = (*NAMED, "nameless")
    senders = [
        Sender(kind, lane, site.served.run, site.port, batches)
        for kind in kinds
        for lane in range(LANES)
    ]
    for sender in senders:
        sender.start()
    for victim in victims:
        time.sleep(pause_s * (0.5 + chance.random()))
        site.kill(victim)
    for sender in senders:
        sender.join(PATIENCE_S)
        assert not sender.is_alive()
    await_condition(lambda: sum(site.served.depth()) == 0, 60, worker.log)
    return senders


def judge(site: Site, senders: list[Sender], batches: int) -> None:
    """See that nothing is lost, and what is named not doubled; print how much else is."""
    assert all(batches * BATCH == len(sender.accepted) for sender in senders)
    assert [] == [reply for sender in senders for reply in sender.wrong]
    census = site.served.census()
    accepted = {name for sender in senders for name in sender.accepted}
    assert set() == accepted - set(census)
    assert set() == set(census) - accepted
    doubles = Counter[str]()
    for name, count in census.items():
        doubles[name.partition("-")[0]] += count - 1
    assert dict.fromkeys(NAMED, 0) == {kind: doubles[kind] for kind in NAMED}
    retries = sum(sender.retries for sender in senders)
    print(f"events={len(accepted)} retries={retries} doubles={doubles}")  # noqa: T201 - the figure


@pytest.mark.timeout(200)
def test_kills_of_intake_and_broker_lose_nothing_and_double_nothing_that_has_a_name(
    site: Site, start_daemon: Callable[..., Daemon]
) -> None:
    worker = start_daemon(*site.served.flags)
    batches = 60

    victims = ["intake", "rabbitmq", "intake", "intake"]
    senders = massacre(site, worker, victims, batches, pause_s=0.6)

    judge(site, senders, batches)
    assert sum(sender.retries for sender in senders) > 0
    assert [] == worker.said("Traceback")


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_many_kills_of_intake_and_broker(site: Site, start_daemon: Callable[..., Daemon]) -> None:
    worker = start_daemon(*site.served.flags)
    batches = 250

    victims = ["intake", "intake", "rabbitmq"] * 6
    senders = massacre(site, worker, victims, batches, pause_s=1.5)

    judge(site, senders, batches)
