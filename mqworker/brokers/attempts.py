"""When to try to connect again, and where."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable

from mqworker.core.backoff import Backoff
from mqworker.core.urls import redact, redact_text

log = logging.getLogger(__name__)


class Attempts:
    """Goes round the URLs of a broker; after each round that failed it waits longer."""

    def __init__(
        self,
        urls: tuple[str, ...],
        backoff: Backoff,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Begin with the first URL, at once."""
        self.urls = urls
        self.backoff = backoff
        self.clock = clock
        self.chance = chance
        self.failures = 0
        self.due = clock()

    @property
    def url(self) -> str:
        """The URL to try now."""
        return self.urls[self.failures % len(self.urls)]

    def await_turn(self, limit_s: float) -> bool:
        """Sleep until the next attempt is due, at most `limit_s` seconds; tell whether it is."""
        wait_s = self.due - self.clock()
        if wait_s > 0:
            time.sleep(min(wait_s, limit_s))
        return wait_s <= limit_s

    def failed(self, error: BaseException) -> None:
        """Note a failed attempt, or a connection lost."""
        rounds = self.failures // len(self.urls)
        delay_s = self.backoff.delay_s(rounds, self.chance())
        told = redact_text(f"{type(error).__name__}: {error}")
        log.warning("no broker at %s: %s; next try in %.1f s", redact(self.url), told, delay_s)
        self.failures += 1
        self.due = self.clock() + delay_s

    def succeeded(self) -> None:
        """Note that the broker answers, so that the next failure is a first one again."""
        if self.failures:
            log.info("the broker answers again at %s", redact(self.url))
        self.failures %= len(self.urls)
