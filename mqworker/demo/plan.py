"""What is sent: a company's traffic of two hours, some of it twice, some of it bad on purpose."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from mqworker.core.traffic import Planted, traffic
from mqworker.core.traffic_story import web_tale

SEED = 2014
COUNT = 4000
"""Made at first; the few whose body is as another's are left out."""

PAUSE = timedelta(seconds=2)

TWICE_EVERY = 50
STORY_AGO = timedelta(minutes=20)
STORY_KINDS = ("connection", "authentication", "application-exception")

LATER = 30
"""Of so many good messages one is sent again, this many messages later."""


@dataclass(frozen=True)
class Plan:
    """The messages to send, in their order, and what they are.

    planted: each different message once.
    asked_for: the value by which the story of one activity is found.
    """

    bodies: list[bytes]
    planted: dict[bytes, Planted]
    asked_for: str = ""

    @property
    def good(self) -> int:
        """How many different messages can be used."""
        return sum(message.bad is None for message in self.planted.values())

    @property
    def repeated(self) -> int:
        """How many messages are sent a second time."""
        return len(self.bodies) - len(self.planted)

    def bad_by_way(self) -> Counter[str]:
        """Count the bad messages by the way in which they are bad."""
        return Counter(message.bad for message in self.planted.values() if message.bad)

    def good_by_kind(self) -> Counter[str]:
        """Count the different good messages by the kind of their event."""
        return Counter(message.kind for message in self.planted.values() if not message.bad)


def make_plan(now: datetime, count: int) -> Plan:
    """Return what to send: about `count` messages, the last of them of about `now` (aware)."""
    made = traffic(count, SEED, now - count * PAUSE, PAUSE)
    # By its body, because two messages of one body are the same to the worker, too.
    planted = {message.body: message for message in made}
    bodies: list[bytes] = []
    again: dict[int, bytes] = {}
    for number, (body, message) in enumerate(planted.items()):
        if number in again:
            bodies.append(again.pop(number))
        if number % TWICE_EVERY == 0 and not message.bad:
            again[number + LATER] = body
        bodies.append(body)
    return with_story(bodies + list(again.values()), planted, now)


def with_story(bodies: list[bytes], planted: dict[bytes, Planted], now: datetime) -> Plan:
    """Strew the events of one activity among the others, the last of them first."""
    tale = web_tale(now - STORY_AGO)
    for number, (kind, body) in enumerate(zip(STORY_KINDS, tale.bodies, strict=True)):
        planted[body] = Planted(body, kind, None)
        bodies.insert(len(bodies) * (len(tale.bodies) - number) // (len(tale.bodies) + 1), body)
    return Plan(bodies, planted, tale.value)
