"""Everything that runs in a campaign: services, proxies between every pair, workers, an intake."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.campaign import clocks
from tests.campaign.diary import Diary
from tests.campaign.expectation import rules_file
from tests.campaign.gate import Gate, gate_before
from tests.campaign.plan import UNITS, WORKERS, Setup, links
from tests.campaign.shipments import TOKEN
from tests.campaign.stores import Embedded, Served, Services, Stores
from tests.campaign.units import Unit
from tests.daemons import Daemon
from tests.intakes import IntakeDaemon
from tests.proxy import Proxy

DISK_SIZE = "96m"


@dataclass
class Fleet:
    """A campaign's processes and what is between them.

    services: None where all stores are embedded.
    links: the proxies, as client>server.
    disk: the directory of embedded stores. limited: whether it has a size of its own.
    library: what is preloaded to give a worker a wrong clock.
    lacking: what can't be done on this machine, and why.
    """

    run: str
    setup: Setup
    services: Services | None
    directory: Path
    diary: Diary
    stores: Stores
    gate: Gate | None
    links: dict[str, Proxy]
    disk: Path
    limited: bool
    library: Path | None
    units: dict[str, Unit] = field(default_factory=dict)
    lacking: dict[str, str] = field(default_factory=dict)

    def worker_flags(self, name: str) -> list[str]:
        """Return the flags of a worker."""
        setup = self.setup
        return [
            *self.stores.flags(name),
            *("--memory-outage", setup.outage),
            *("--rules", str(self.directory / "rules.toml")),
            *("--prefetch", str(setup.prefetch), "--batch-count", str(setup.batch_count)),
            *("--bulks", str(setup.bulks), "--heartbeat", f"{setup.heartbeat_s}s"),
            *("--sink-timeout", f"{setup.timeout_s}s", "--retry-max", "2s", "--drain", "6s"),
            *("--days-back", "36500", "--hostname", "localhost"),
            *(("--processes", "2") if name == WORKERS[0] else ()),
        ]

    def start_worker(self, name: str, log: Path) -> Daemon:
        """Start a worker, by a clock that can be set where that is possible."""
        env = clocks.surroundings(self.library, self.clock(name)) if self.library else {}
        return Daemon(log, *self.worker_flags(name), env=env)

    def start_intake(self, log: Path, port: int) -> Daemon:
        """Start the intake, always on the same port."""
        return IntakeDaemon(
            log,
            *("--broker", self.stores.broker("intake"), "--listen", f"127.0.0.1:{port}"),
            *("--heartbeat", f"{self.setup.heartbeat_s}s", "--confirm-timeout", "5s"),
            *("--intake-tokens-file", str(self.directory / "tokens"), "--drain", "6s"),
        )

    def clock(self, name: str) -> Path:
        """Return the file that says how wrong a worker's clock is."""
        return self.directory / f"{name}.clock"

    def heal(self) -> None:
        """Undo whatever lasts."""
        if self.gate:
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
    run: str, setup: Setup, services: Services | None, directory: Path, diary: Diary
) -> Iterator[Fleet]:
    """Build a fleet; nothing of it outlives the block, and the services stay."""
    with ExitStack() as stack:
        gate = services and stack.enter_context(gate_before(services.elasticsearch.url))
        intake_port = free_port()
        ports = targets(setup, services, gate, intake_port)
        made = {link: stack.enter_context(Proxy("127.0.0.1", ports[link])) for link in ports}
        disk = directory / "disk"
        limited = stack.enter_context(limited_disk(disk))
        stores: Stores = Embedded(disk)
        if services:
            vhost = stack.enter_context(services.rabbitmq.vhost())
            stores = Served(services, vhost, made, disk)
        library = clocks.build(directory)
        found = Fleet(
            run, setup, services, directory, diary, stores, gate, made, disk, limited, library
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


def targets(
    setup: Setup, services: Services | None, gate: Gate | None, intake_port: int
) -> dict[str, int]:
    """Return where each link leads: ports of this machine."""
    ports = {"intake": intake_port}
    if services and gate:
        ports |= {"rabbitmq": services.rabbitmq.port, "elasticsearch": gate.port}
        if services.redis:
            ports["redis"] = urlsplit(services.redis.url).port or 0
    return {link: ports[link.partition(">")[2]] for link in links(setup.memory)}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


@contextmanager
def limited_disk(path: Path) -> Iterator[bool]:
    """Make a directory, of a limited size where this machine lets us; tell whether it is."""
    path.mkdir()
    options = ("-t", "tmpfs", "-o", f"size={DISK_SIZE}")
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
    """Make all that has to be there: queues, the index template, rules, tokens, clocks."""
    found.stores.prepare()
    rules_file(found.directory / "rules.toml")
    (found.directory / "tokens").write_text(TOKEN + "\n")
    for name in WORKERS:
        clocks.set_offset(found.clock(name), 0)
