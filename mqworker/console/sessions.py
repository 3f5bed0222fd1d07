"""Who was let in: a secret for each, which their browser keeps as a cookie."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from mqworker.core.console.access import same

IDLE_S = 12 * 3600.0
"""How long somebody may do nothing before the token is asked for again."""

MOST = 100
"""Sessions at once; of more the one that was idle for longest is forgotten."""


@dataclass(slots=True)
class Session:
    """Somebody who was let in.

    word: stands in every form that changes something; a stranger's page can't know it.
    """

    word: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    used: float = 0.0


class Sessions:
    """Everybody who was let in. Used by one thread."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Know nobody; `clock` tells seconds and never goes back."""
        self.clock = clock
        self.known: dict[str, Session] = {}

    def begin(self) -> str:
        """Let somebody in; return the secret for their browser."""
        secret = secrets.token_urlsafe(32)
        self.known[secret] = Session(used=self.clock())
        while len(self.known) > MOST:
            del self.known[min(self.known, key=lambda each: self.known[each].used)]
        return secret

    def find(self, given: str) -> Session | None:
        """Return who has a secret, None if nobody has, or not any more."""
        secret = next((each for each in self.known if same(given, each)), None)
        if secret is None:
            return None
        session, now = self.known[secret], self.clock()
        if now - session.used > IDLE_S:
            del self.known[secret]
            return None
        session.used = now
        return session

    def end(self, given: str) -> None:
        """Forget who has a secret."""
        self.known.pop(given, None)
