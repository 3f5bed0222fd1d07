"""Waiting for services: backoff with jitter, while messages stay held and signals are heard."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from mqworker.core.backoff import Backoff
from mqworker.core.errors import MqworkerError, Unavailable
from mqworker.daemon import Signals
from mqworker.pulse import Pulse, failed

log = logging.getLogger(__name__)

Result = TypeVar("Result")

SLICE_S = 0.2


class Abandoned(MqworkerError):
    """It has to end now; what is not done is done by whoever gets the message next."""


@dataclass(slots=True)
class Patience:
    """How long to go on trying.

    signals: what the operator asks.
    drain_s: how long to finish what is in hand after the first signal, in seconds.
    pulse: told of the errand that each call is, all of its attempts together.
    tend: called now and then, for what must not wait: keeping messages held.
    """

    signals: Signals
    backoff: Backoff
    drain_s: float
    tend: Callable[[], None]
    retried: Callable[[], None]
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    until: float | None = None
    pulse: Pulse = field(default_factory=Pulse)

    def check(self) -> None:
        """Do what must not wait.

        Raises:
            Abandoned: a second signal came, or the drain limit has passed.
        """
        self.tend()
        if not self.signals.stopping:
            return
        if self.until is None:
            self.until = self.monotonic() + self.drain_s
        if self.signals.stops > 1 or self.monotonic() >= self.until:
            raise Abandoned("stopped")

    def until_done(
        self,
        name: str,
        attempt: Callable[[], Result],
        passing: type[MqworkerError] = Unavailable,
    ) -> Result:
        """Try until it works, and return the result.

        Args:
            name: of the service, for the log.
            attempt: what to try.
            passing: errors after which to try again; others are raised.

        Raises:
            Abandoned: there is no more time.
        """
        with self.pulse.errand(name):
            return self.tried(name, attempt, passing)

    def tried(
        self, name: str, attempt: Callable[[], Result], passing: type[MqworkerError]
    ) -> Result:
        """Do what `until_done` says."""
        failures = 0
        while True:
            self.check()
            try:
                result = attempt()
            except Abandoned:
                raise
            except passing as error:
                failed(error)
                self.tell(name, error, failures)
                self.wait(self.backoff.delay_s(failures, self.chance()))
                failures += 1
            else:
                if failures:
                    log.info("%s answers again after %d failures", name, failures)
                return result

    def tell(self, name: str, error: MqworkerError, failures: int) -> None:
        """Log a failure: the first loudly, the others for who looks closely."""
        self.retried()
        level = logging.DEBUG if failures else logging.WARNING
        log.log(level, "%s not available, trying again: %s", name, error)

    def wait(self, delay_s: float) -> None:
        """Sleep, but for what must not wait."""
        until = self.monotonic() + delay_s
        while (left := until - self.monotonic()) > 0:
            self.check()
            self.sleep(min(left, SLICE_S))
