"""A broker and a store that cost next to nothing, so that what is measured is the worker."""

from __future__ import annotations

import mmap
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from struct import Struct
from typing import NamedTuple

import orjson

from mqworker.core.message import (
    DUPLICATE,
    STORED,
    Amendment,
    Delivery,
    Document,
    Outcome,
    Place,
    PlainProperties,
    Publication,
    Stored,
    Tag,
)

HEAD = Struct("=II")
"""Of a slot: how often the document was written, and its length."""

SLOT = 4096


class Message(NamedTuple):
    """What a sender gave to the broker: `name` is its message ID."""

    name: str
    body: bytes


class ListSource:
    """Hands over a list of messages once; see `mqworker.ports.Source`."""

    def __init__(self, messages: Sequence[Message], prefetch: int = 2000) -> None:
        self.messages = messages
        self.prefetch = prefetch
        self.next = 0
        self.settled = 0

    def receive(self, limit: int, timeout_s: float) -> list[Delivery]:
        """Hand over what comes next, as far as the prefetch limit allows; wait if that is none."""
        first = self.next
        room = min(limit, self.prefetch - (first - self.settled))
        chunk = self.messages[first : first + max(0, room)]
        self.next += len(chunk)
        if not chunk:
            time.sleep(timeout_s)
        received = datetime.now(UTC)
        return [
            Delivery(Tag(1, number), body, PlainProperties(message_id=name), received)
            for number, (name, body) in enumerate(chunk, first)
        ]

    def settle(self, tags: Iterable[Tag]) -> None:
        """Count."""
        self.settled += len(list(tags))

    def close(self) -> None:
        """Leave."""


class ForgetfulSink:
    """Stores nothing but the documents that may have to be completed, in slots of equal size.

    Several processes may share it. See `Sink` and `Revisions` in `mqworker.ports`.
    """

    def __init__(self, slots: Mapping[str, int], file: str = "") -> None:
        """Make an empty store, or open one.

        Args:
            slots: the slot of each document that can be read again, by its ID.
            file: what processes share; "" for nothing.
        """
        self.slots = slots
        size = max(1, len(slots)) * SLOT
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT) if file else -1
        if file:
            os.truncate(descriptor, size)
        self.room = mmap.mmap(descriptor, size)
        self.reads = self.replaced = 0

    def verify(self) -> str:
        """Say what it is."""
        return "a store that forgets"

    def write(self, documents: Sequence[Document]) -> list[Outcome]:
        """Take documents."""
        slots = self.slots
        for document in documents:
            if (slot := slots.get(document.id)) is not None:
                self.put(slot, document.source, 1)
        return [STORED] * len(documents)

    def put(self, slot: int, source: bytes, version: int) -> None:
        """Write a document into its slot."""
        start = slot * SLOT
        data = HEAD.pack(version, len(source)) + source
        self.room[start : start + len(data)] = data

    def fetch(self, places: Sequence[Place]) -> list[Stored | None]:
        """Read documents; each must be one of those that lack something."""
        self.reads += len(places)
        return [self.stored(self.slots[place.id]) for place in places]

    def stored(self, slot: int) -> Stored | None:
        """Read one document."""
        start = slot * SLOT
        version, length = HEAD.unpack_from(self.room, start)
        if not version:
            return None
        source = self.room[start + HEAD.size : start + HEAD.size + length]
        return Stored(orjson.loads(source), (version, 1))

    def amend(self, amendments: Sequence[Amendment]) -> list[Outcome]:
        """Replace documents."""
        self.replaced += len(amendments)
        return [self.replace(amendment) for amendment in amendments]

    def replace(self, amendment: Amendment) -> Outcome:
        """Replace one document."""
        slot, version = self.slots[amendment.place.id], amendment.version[0]
        if HEAD.unpack_from(self.room, slot * SLOT)[0] != version:
            return DUPLICATE
        self.put(slot, amendment.source, version + 1)
        return STORED

    def close(self) -> None:
        """Leave."""


class NoPublisher:
    """For a stream in which nothing is bad; see `mqworker.ports.Publisher`."""

    def publish(self, publications: Sequence[Publication]) -> None:
        """Refuse: there must be no dead letters."""
        raise AssertionError(f"{len(publications)} dead letters: {publications[0]}")

    def close(self) -> None:
        """Leave."""
