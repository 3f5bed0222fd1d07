"""When to try to connect again, and where; and what to tell about it.

An outage is told when it begins, when its reason changes, and when it ends.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable

from mqworker.brokers.redial import Redial
from mqworker.core.backoff import Backoff
from mqworker.core.urls import redact, redact_text

log = logging.getLogger(__name__)


class Attempts:
    """The URLs of a broker, tried in turn; for clients that connect in one blocking call."""

    def __init__(
        self,
        urls: tuple[str, ...],
        backoff: Backoff,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Begin with the first URL, at once."""
        self.urls = urls
        self.clock = clock
        self.redial = Redial(len(urls), backoff, chance)
        self.connected_since: float | None = None
        self.told: set[str] = set()

    @property
    def url(self) -> str:
        """The URL to try now."""
        return self.urls[self.redial.index]

    def await_turn(self, limit_s: float) -> bool:
        """Sleep until the next attempt is due, at most `limit_s` seconds; tell whether it is."""
        wait_s = self.redial.wait_s(self.clock())
        if wait_s > 0:
            time.sleep(min(wait_s, limit_s))
        return wait_s <= limit_s

    def succeeded(self) -> None:
        """Note that the broker in turn answers."""
        self.connected_since = self.clock()
        if self.told:
            log.info("connected to the broker again: %s", redact(self.url))
            self.told.clear()

    def failed(self, error: BaseException) -> None:
        """Note a failed attempt, or the loss of the connection."""
        told = redact_text(f"{redact(self.url)}: {type(error).__name__}: {error}")
        if told not in self.told:
            log.warning("the broker is out of reach: %s", told)
            self.told.add(told)
        now, since = self.clock(), self.connected_since
        self.connected_since = None
        if since is None:
            self.redial.fail(now)
        else:
            self.redial.lose(now, since)
