"""Keeps one connection to one of several RabbitMQ brokers: dials, notices its loss, dials again.

1. Nothing here blocks for longer than `turn` was allowed to.
2. Only before the first success is a refusal by the broker `Misconfigured`: later the same (a user
   changed, a queue redeclared) may pass, so it is an outage.
3. An outage is told when it begins, when its reason changes, and when it ends.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from pika import exceptions

from mqworker.brokers.link import CLOSE_LIMIT_S, Link
from mqworker.brokers.rabbitmq import RabbitmqOptions, Topology, parameters
from mqworker.brokers.redial import PATIENCE, Redial
from mqworker.brokers.refusals import describe, misconfigured
from mqworker.core.backoff import Backoff
from mqworker.core.errors import Misconfigured

log = logging.getLogger(__name__)


class Session(Protocol):
    """What is done over one connection; a new one is made for each."""

    def connect(self, *args: Any, **kwargs: Any) -> Any:
        """Make the pika connection."""

    def setup(self, link: Link) -> None:
        """Ask for what is needed over the link's channel; has to lead to `link.be_ready`."""


AnySession = TypeVar("AnySession", bound=Session)


@dataclass(frozen=True, slots=True)
class Line:
    """Whom to call, for what, and with what patience.

    role: what the connection is for, for the broker's management and the log.
    topology: what the session declares, to explain a refusal.
    """

    options: RabbitmqOptions
    role: str
    topology: Topology
    backoff: Backoff = PATIENCE
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random


class Dialer(Generic[AnySession]):
    """Holds the connection in use, if any, and the session on it."""

    def __init__(self, line: Line, make: Callable[[], AnySession]) -> None:
        """Dial nothing yet; `make` is called for each connection."""
        self.line = line
        self.make = make
        self.targets = line.options.targets
        self.redial = Redial(len(self.targets), line.backoff, line.chance)
        self.link: Link | None = None
        self.session: AnySession | None = None
        self.ready_since: float | None = None
        self.proven = False
        self.told: set[tuple[str, str]] = set()
        self.failures = 0
        self.trouble = ""
        self.last_error: Exception | None = None

    @property
    def ready(self) -> bool:
        """Whether the session can be used."""
        return self.link is not None and self.link.ready

    @property
    def error(self) -> Exception | None:
        """Why there is no session that can be used."""
        return self.link.error if self.link and self.link.error else self.last_error

    @property
    def shown(self) -> str:
        """The URL of the broker in turn, for people."""
        return self.targets[self.redial.index].shown

    def turn(self, wait_s: float) -> None:
        """Do what can be done now; wait at most `wait_s` seconds for anything.

        Raises:
            Misconfigured: the broker refuses for good, and never was of use.
        """
        if self.link is None:
            pause_s = self.redial.wait_s(self.line.monotonic())
            if pause_s:
                self.line.sleep(min(pause_s, wait_s))
                return
            self.dial()
        if self.link:
            self.link.turn(wait_s)
            self.look(self.link)

    def dial(self) -> None:
        """Begin to connect to the broker in turn."""
        try:
            wanted = parameters(self.line.options, self.targets[self.redial.index], self.line.role)
        except Misconfigured as error:
            self.lose(error)
            return
        self.session = self.make()
        self.link = Link(self.session.connect, wanted, self.session.setup)

    def look(self, link: Link) -> None:
        """Note whether the connection has become ready, or has ended."""
        if link.ready and self.ready_since is None:
            self.ready_since = self.line.monotonic()
            self.proven = True
            self.told.clear()
            log.info("broker connected broker=%s role=%s", self.shown, self.line.role)
        if link.closed:
            self.lose(link.error or ConnectionError("closed"))

    def lose(self, error: Exception) -> None:
        """Let go of a connection that has ended or did not come about; plan the next.

        Raises:
            Misconfigured: see `turn`.
        """
        shown, since, now = self.shown, self.ready_since, self.line.monotonic()
        self.link = self.session = self.ready_since = None
        self.last_error = error
        refusal = None if since else self.explain(error, shown)
        if refusal and not self.proven:
            raise refusal from error
        self.tell(shown, str(refusal or describe(error)))
        if since is None:
            self.failures += 1
            self.redial.fail(now)
        else:
            self.redial.lose(now, since)

    def explain(self, error: Exception, shown: str) -> Misconfigured | None:
        """Return what the operator has to change, if that is the cause."""
        if isinstance(error, Misconfigured):
            return error
        return misconfigured(error, shown, self.line.topology)

    def tell(self, shown: str, text: str) -> None:
        """Log a failure, once in an outage."""
        self.trouble = f"{shown}: {text}"
        if (shown, text) not in self.told:
            self.told.add((shown, text))
            log.warning("broker lost broker=%s role=%s error=%r", shown, self.line.role, text)

    def close(self, *, at_once: bool = False) -> None:
        """Leave, in good order within a few seconds or `at_once`."""
        link, self.link, self.session, self.ready_since = self.link, None, None, None
        if link:
            link.fail(LEFT)
            if at_once:
                link.abort()
            until = self.line.monotonic() + 2 * CLOSE_LIMIT_S
            while not link.closed and self.line.monotonic() < until:
                link.turn(0.1)


LEFT = exceptions.ConnectionClosedByClient(200, "left")
