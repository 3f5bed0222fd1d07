"""What became of the traffic, as the broker and the store tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from mqworker.brokers.sqlite import SqliteBroker
from mqworker.config.rulesfile import load_rules
from mqworker.core.deadletter import PREFIX, Grave
from mqworker.core.explain import Explained, explain
from mqworker.core.message import Delivery, Publication, Tag
from mqworker.core.story import Story
from mqworker.core.traffic import REFUSED_AT
from mqworker.core.traffic_scenes import STRANGERS
from mqworker.core.trail import Bounds, trace
from mqworker.database import database_path
from mqworker.demo.plan import Plan
from mqworker.demo.site import Site
from mqworker.wiring.policy import build_policy
from mqworker.wiring.sink import open_sink

STAGE_HEADER = f"{PREFIX}stage"
SHOWN_WAY = "bad port"
"""The way of being bad of which one dead letter is shown."""

SOUGHT = STRANGERS[1]
"""An address that several programs have met, so that a search for it shows more than one shape."""

MOST = 1_000_000
"""More dead letters than there can be."""


class DeadLetter(NamedTuple):
    """A dead letter, and what the worker saw when it refused the message."""

    message: Publication
    explained: Explained


@dataclass(frozen=True)
class Account:
    """What was sent and what became of it.

    held: messages that the worker held when it was killed; they were delivered again.
    stored: documents in the store.
    dead: different messages in the dead-letter queue, by the way in which they are bad.
    copies: dead letters above one for each message; the kill came before an acknowledgement.
    misjudged: messages that have ended in the dead-letter queue, or at a stage, unplanned.
    left: messages that are still in the queue.
    seconds: how long the worker took, starts and kill included.
    """

    site: Site
    plan: Plan
    held: int
    stored: int
    dead: Counter[str]
    copies: int
    misjudged: int
    left: int
    seconds: float
    hits: list[Mapping[str, Any]]
    story: Story
    dead_letter: DeadLetter | None

    @property
    def document(self) -> Mapping[str, Any] | None:
        """A document to show, one that says who it was; None when nothing is found."""
        named = (hit for hit in self.hits if "username" in hit["_source"]["details"])
        return next(named, None)

    @property
    def complete(self) -> bool:
        """Whether every good message is stored once and every bad one a dead letter, no other."""
        return (
            self.stored == self.plan.good
            and self.dead == self.plan.bad_by_way()
            and not self.misjudged
            and not self.left
        )


def take_account(site: Site, plan: Plan, held: int, seconds: float) -> Account:
    """Look into broker and store.

    Raises:
        Unavailable: one of them can't be read now.
    """
    queue = site.settings.first_queue
    with closing(SqliteBroker(database_path(site.broker))) as broker:
        left = sum(broker.depth(queue))
        letters = broker.peek(Grave(queue).dead_queue, MOST)
    with closing(open_sink(site.settings)) as archive:
        stored = archive.count()
        hits = archive.search(SOUGHT, MOST)
        story = trace(archive.find, plan.asked_for, load_rules(site.settings.rules), Bounds())
    ways = {letter.body: way_of(letter, plan) for letter in letters}
    return Account(
        site,
        plan,
        held,
        stored,
        Counter(way for way in ways.values() if way),
        len(letters) - len(ways),
        sum(way is None for way in ways.values()),
        left,
        seconds,
        hits,
        story,
        example(letters, ways, site),
    )


def way_of(letter: Publication, plan: Plan) -> str | None:
    """Return how a dead letter is bad; None unless it was planned to be refused at its stage."""
    planted = plan.planted.get(letter.body)
    stage = (letter.properties.headers or {}).get(STAGE_HEADER)
    if planted is None or planted.bad is None or REFUSED_AT[planted.bad] != stage:
        return None
    return planted.bad


def example(
    letters: Iterable[Publication], ways: Mapping[bytes, str | None], site: Site
) -> DeadLetter | None:
    """Return a dead letter to show, None if there is none that was planned."""
    for letter in letters:
        if ways[letter.body] == SHOWN_WAY:
            delivery = Delivery(Tag(0, 0), letter.body, letter.properties, datetime.now(UTC))
            (explained,) = explain(delivery, build_policy(site.settings))
            return DeadLetter(letter, explained)
    return None
