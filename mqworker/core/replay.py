"""Dead letter -> the message that is put back, and what would become of it.

1. The message keeps its identity and its time of receipt, also when a person edited its body: so
   whatever is replayed twice is stored once.
2. It goes to the queue that it died in, and to no other: its exchange may lead to other queues,
   whose consumers took it long ago.
3. It counts how often it was put back, so that no replay is a loop.
4. What is in the same queue again because it failed once more is not replayed by the same run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from mqworker.core.deadletter import RECEIVED_HEADER, REPLAYS_HEADER, first_received, persistent
from mqworker.core.identity import IDENTITY_HEADER
from mqworker.core.letter import EVERY, Key, Letter, Selection
from mqworker.core.message import Delivery, Failure, Publication
from mqworker.core.pipeline import prepare
from mqworker.core.policy import Policy

Forecast = Literal["passes", "unsure", "partly", "refused"]
"""passes: all of it would be taken now. unsure: likewise, but it was the sink that refused it, and
only a write can tell. partly: some of its events are refused. refused: all of them are."""


class Foresight(NamedTuple):
    """What would become of a letter now, and what would be refused."""

    forecast: Forecast
    failures: tuple[Failure, ...] = ()


def replayed(letter: Letter, queue: str, edited: bytes | None = None) -> Publication:
    """Return the message that puts a letter back.

    Args:
        letter: the dead letter.
        queue: the queue that it died in.
        edited: the body that a person gave it, not encoded; None leaves it as it is.
    """
    old = letter.delivery
    headers = {
        **(old.properties.headers or {}),
        IDENTITY_HEADER: letter.identity,
        RECEIVED_HEADER: first_received(old).isoformat(),
        REPLAYS_HEADER: letter.replays + 1,
    }
    properties = persistent(old.properties, headers)
    if edited is None:
        return Publication(old.body, properties, "", queue)
    return Publication(edited, replace(properties, content_encoding=None), "", queue)


def as_delivered(letter: Letter, publication: Publication) -> Delivery:
    """Return what a worker would get."""
    return letter.delivery._replace(
        body=publication.body, properties=publication.properties, redelivered=False
    )


def foresee(letter: Letter, policy: Policy, edited: bytes | None = None) -> Foresight:
    """Tell what would become of a letter, were it replayed now."""
    publication = replayed(letter, "", edited)
    prepared = prepare(as_delivered(letter, publication), policy)
    if prepared.failures:
        return Foresight("partly" if prepared.events else "refused", prepared.failures)
    by_sink = any(each.refusal.stage == "write" for each in letter.failures)
    return Foresight("unsure" if by_sink else "passes")


Fate = Literal["replay", "copy", "worn", "left"]
"""replay: put it back. copy: it was put back by this run, so this letter is over. worn: it was put
back too often. left: it is not meant."""


@dataclass(slots=True)
class Plan:
    """Which letters one run puts back.

    queue: where to.
    selection: which letters are meant.
    most_replays: a letter that was put back as often is left.
    most: how many letters to put back, None for all.
    edited: bodies by letter; when there are some, only these letters are meant.
    passing: the policy that a letter has to pass; None asks for nothing.
    done: the letters that were put back; `bodies`: their messages.
    """

    queue: str
    selection: Selection = EVERY
    most_replays: int = 3
    most: int | None = None
    edited: Mapping[Key, bytes] | None = None
    passing: Policy | None = None
    done: set[Key] = field(default_factory=set)
    bodies: set[tuple[str, str]] = field(default_factory=set)

    def fate(self, letter: Letter) -> Fate:
        """Decide about a letter."""
        if letter.key in self.done:
            return "copy"
        message = (letter.identity, letter.key.body)
        if message in self.bodies or not self.means(letter):
            return "left"
        if letter.replays >= self.most_replays:
            return "worn"
        if self.most is not None and len(self.done) >= self.most:
            return "left"
        self.done.add(letter.key)
        self.bodies.add(message)
        return "replay"

    def means(self, letter: Letter) -> bool:
        """Tell whether a letter is meant."""
        if self.edited is not None:
            return letter.key in self.edited
        if not self.selection.takes(letter):
            return False
        return self.passing is None or foresee(letter, self.passing).forecast in HOPEFUL

    def publication(self, letter: Letter) -> Publication:
        """Return the message that puts a letter back."""
        return replayed(letter, self.queue, (self.edited or {}).get(letter.key))


HOPEFUL = {"passes", "unsure"}
