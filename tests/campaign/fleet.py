"""Everything that runs in a campaign: services, proxies between every pair, workers, an intake."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from mqworker.brokers.rabbitmq import RabbitmqOptions
from mqworker.publishers.rabbitmq import RabbitmqPublisher
from tests.campaign import clocks
from tests.campaign.diary import Diary
from tests.campaign.expectation import rules_file
from tests.campaign.gate import Gate, gate_before
from tests.campaign.plan import UNITS, WORKERS, Setup, links
from tests.campaign.planted import CONFLICT_DAY
from tests.campaign.shipments import TOKEN
from tests.campaign.units import Unit
from tests.daemons import PROGRAM, Daemon
from tests.intakes import IntakeDaemon
from tests.integration.pairs import DEAD_QUEUE, EXCHANGE, QUEUE
from tests.proxy import Proxy
from tests.services.elasticsearch import Elasticsearch
from tests.services.rabbitmq import Rabbitmq
from tests.services.redis import Redis

USER = "campaign"
PASSWORD = "pw-52ac9e04-of-the-broker"  # noqa: S105 - planted: no log may hold it
MEMORY_SIZE = "64m"


@dataclass
class Services:
    """What the fleet is built on; redis is None where the memory is an embedded one."""

    rabbitmq: Rabbitmq
    elasticsearch: Elasticsearch
    redis: Redis | None = None


@dataclass
class Fleet:
    """A campaign's processes and what is between them.

    vhost: the URL of the virtual host, as an administrator reaches it.
    links: the proxies, as client>server.
    store: the directory of the embedded memory. limited: whether it has a size of its own.
    library: what is preloaded to give a worker a wrong clock.
    lacking: what can't be done on this machine, and why.
    """

    run: str
    setup: Setup
    services: Services
    directory: Path
    diary: Diary
    vhost: str
    gate: Gate
    links: dict[str, Proxy]
    store: Path
    limited: bool
    library: Path | None
    units: dict[str, Unit] = field(default_factory=dict)
    lacking: dict[str, str] = field(default_factory=dict)

    def broker(self, client: str) -> str:
        """Return the broker's URL for one client, through its proxy."""
        path = urlsplit(self.vhost).path
        port = self.links[f"{client}>rabbitmq"].port
        return f"amqp://{USER}:{quote(PASSWORD)}@127.0.0.1:{port}{path}"

    def worker_flags(self, name: str) -> list[str]:
        """Return the flags of a worker."""
        setup = self.setup
        return [
            *("--broker", self.broker(name)),
            *("--sink", f"http://127.0.0.1:{self.links[f'{name}>elasticsearch'].port}"),
            *("--memory", self.memory(name), "--memory-outage", setup.outage),
            *("--rules", str(self.directory / "rules.toml")),
            *("--prefetch", str(setup.prefetch), "--batch-count", str(setup.batch_count)),
            *("--bulks", str(setup.bulks), "--heartbeat", f"{setup.heartbeat_s}s"),
            *("--sink-timeout", f"{setup.timeout_s}s", "--retry-max", "2s", "--drain", "6s"),
            *("--days-back", "36500", "--hostname", "localhost"),
            *(("--processes", "2") if name == WORKERS[0] else ()),
        ]

    def memory(self, name: str) -> str:
        """Return the memory's URL for one worker."""
        if self.services.redis is None:
            return f"sqlite:///{self.store}/memory.db"
        return f"redis://127.0.0.1:{self.links[f'{name}>redis'].port}/0"

    def start_worker(self, name: str, log: Path) -> Daemon:
        """Start a worker, by a clock that can be set where that is possible."""
        env = clocks.surroundings(self.library, self.clock(name)) if self.library else {}
        return Daemon(log, *self.worker_flags(name), env=env)

    def start_intake(self, log: Path, port: int) -> Daemon:
        """Start the intake, always on the same port."""
        return IntakeDaemon(
            log,
            *("--broker", self.broker("intake"), "--listen", f"127.0.0.1:{port}"),
            *("--heartbeat", f"{self.setup.heartbeat_s}s", "--confirm-timeout", "5s"),
            *("--intake-tokens-file", str(self.directory / "tokens"), "--drain", "6s"),
        )

    def clock(self, name: str) -> Path:
        """Return the file that says how wrong a worker's clock is."""
        return self.directory / f"{name}.clock"

    def heal(self) -> None:
        """Undo whatever lasts."""
        self.gate.mode = ""
        for link in self.links.values():
            link.delay_s = link.rate = 0.0
            link.resume()

    def discard(self) -> None:
        """Kill all programs."""
        for unit in self.units.values():
            unit.discard()


@contextmanager
def fleet(
    run: str, setup: Setup, services: Services, directory: Path, diary: Diary
) -> Iterator[Fleet]:
    """Build a fleet; nothing of it outlives the block, and the services stay."""
    with ExitStack() as stack:
        vhost = stack.enter_context(services.rabbitmq.vhost())
        gate = stack.enter_context(gate_before(services.elasticsearch.url))
        intake_port = free_port()
        made = {
            link: stack.enter_context(Proxy("127.0.0.1", port))
            for link, port in targets(setup, services, gate, intake_port).items()
        }
        store = directory / "store"
        limited = stack.enter_context(limited_store(store))
        library = clocks.build(directory)
        found = Fleet(
            run, setup, services, directory, diary, vhost, gate, made, store, limited, library
        )
        note_lacking(found)
        prepare(found)
        for name in UNITS:
            start = starter(found, name, intake_port)
            unit = Unit(name, start, directory, diary)
            unit.orphans = setup.orphans
            found.units[name] = unit
        stack.callback(found.discard)
        yield found


def starter(found: Fleet, name: str, intake_port: int) -> Any:
    """Return what starts a unit's program."""
    if name == "intake":
        return lambda log: found.start_intake(log, intake_port)
    return lambda log: found.start_worker(name, log)


def targets(setup: Setup, services: Services, gate: Gate, intake_port: int) -> dict[str, int]:
    """Return where each link leads: ports of this machine."""
    ports = {
        "rabbitmq": services.rabbitmq.port,
        "elasticsearch": gate.port,
        "redis": (services.redis and urlsplit(services.redis.url).port) or 0,
        "intake": intake_port,
    }
    return {link: ports[link.partition(">")[2]] for link in links(setup.memory)}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


@contextmanager
def limited_store(path: Path) -> Iterator[bool]:
    """Make a directory, of a limited size where this machine lets us; tell whether it is."""
    path.mkdir()
    options = ("-t", "tmpfs", "-o", f"size={MEMORY_SIZE}")
    mounted = subprocess.run(
        ["mount", *options, "none", str(path)], capture_output=True, check=False
    )
    limited = mounted.returncode == 0
    try:
        yield limited
    finally:
        if limited:
            subprocess.run(["umount", "--lazy", str(path)], capture_output=True, check=False)


def note_lacking(found: Fleet) -> None:
    """Note which faults this machine can't have."""
    if not found.limited:
        found.lacking["disk full"] = "no tmpfs can be mounted here"
    if found.library is None:
        found.lacking["clock"] = "no C compiler makes the library that shifts a clock"


def prepare(found: Fleet) -> None:
    """Make all that has to be there: a user, queues, the index template, rules, tokens, clocks."""
    rabbitmq, elasticsearch = found.services.rabbitmq, found.services.elasticsearch
    rabbitmq.manage("PUT", f"/api/users/{USER}", {"password": PASSWORD, "tags": ""})
    rights = {"configure": ".*", "write": ".*", "read": ".*"}
    vhost = urlsplit(found.vhost).path[1:]
    rabbitmq.manage("PUT", f"/api/permissions/{vhost}/{USER}", rights)
    for queue, exchanges in ((QUEUE, (EXCHANGE, "mozdef")), (DEAD_QUEUE, ())):
        options = RabbitmqOptions(urls=(found.vhost,), queue=queue, exchanges=exchanges)
        with closing(RabbitmqPublisher(options, options.topology)) as publisher:
            publisher.connect()
    rabbitmq.flush()
    rules_file(found.directory / "rules.toml")
    (found.directory / "tokens").write_text(TOKEN + "\n")
    for name in WORKERS:
        clocks.set_offset(found.clock(name), 0)
    command = [str(PROGRAM), "setup", "--config", "/dev/null", "--sink", elasticsearch.url]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    index = f"/events-{CONFLICT_DAY.replace('-', '')}"
    number = {"properties": {"details.campaignlevel": {"type": "long"}}}
    elasticsearch.ask("PUT", index)
    answer = elasticsearch.ask("PUT", f"{index}/_mapping", number)
    assert answer.status == 200, answer
