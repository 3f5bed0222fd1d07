"""A document store within the process: for tests, dry runs and explanations."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from threading import Lock
from typing import Any

import orjson

from mqworker.core.clause import Clause, holds
from mqworker.core.message import (
    DUPLICATE,
    STORED,
    Amendment,
    Document,
    Outcome,
    Place,
    Stored,
)
from mqworker.sinks.contents import fields_of, occurred, text_of

Judge = Callable[[Document], Outcome | None]
"""Decides what becomes of a document: an outcome instead of storing it, or None to store it."""

WORD = re.compile(r"[^\W_]+")
EPOCH = datetime.fromtimestamp(0, UTC)


def accept(_: Document) -> None:
    """Let every document be stored."""


class MemorySink:
    """Keeps documents; see `Sink`, `Archive` and `Revisions` in the ports.

    `documents` holds the JSON of each, by index and ID, in order of arrival; `revisions` how often
    it was written.
    """

    def __init__(self, judge: Judge = accept) -> None:
        """Make an empty store.

        Args:
            judge: asked about each document before it is stored. It may block; it must not raise.
        """
        self.judge = judge
        self.turn = Lock()
        self.documents: dict[tuple[str, str], bytes] = {}
        self.revisions: Counter[tuple[str, str]] = Counter()

    def verify(self) -> str:
        """Say what is there; see `mqworker.ports.Sink.verify`."""
        return f"document store in memory: {self.count()} documents"

    def write(self, documents: Sequence[Document]) -> list[Outcome]:
        """Store documents; see `mqworker.ports.Sink.write`."""
        return [self.judge(document) or self.create(document) for document in documents]

    def create(self, document: Document) -> Outcome:
        """Store one document unless it is in its index, or elsewhere, already."""
        fields = fields_of(document.source)
        if isinstance(fields, Outcome):
            return fields
        with self.turn:
            indices = (document.index_name, *document.elsewhere)
            if any((index, document.id) in self.documents for index in indices):
                return DUPLICATE
            self.documents[document.index_name, document.id] = document.source
            self.revisions[document.index_name, document.id] += 1
        return STORED

    def fetch(self, places: Sequence[Place]) -> list[Stored | None]:
        """Read documents; see `mqworker.ports.Revisions.fetch`."""
        with self.turn:
            return [self.stored(place) for place in places]

    def stored(self, place: Place) -> Stored | None:
        """Return a document as it is now."""
        source = self.documents.get(place)
        return None if source is None else Stored(orjson.loads(source), (self.revisions[place], 1))

    def amend(self, amendments: Sequence[Amendment]) -> list[Outcome]:
        """Replace documents that have not changed; see `mqworker.ports.Revisions.amend`."""
        return [self.replace(amendment) for amendment in amendments]

    def replace(self, amendment: Amendment) -> Outcome:
        """Replace one document if it still has the version that was read."""
        fields = fields_of(amendment.source)
        if isinstance(fields, Outcome):
            return fields
        place = amendment.place
        with self.turn:
            if place not in self.documents or (self.revisions[place], 1) != amendment.version:
                return DUPLICATE
            self.documents[place] = amendment.source
            self.revisions[place] += 1
        return STORED

    def search(self, words: str, limit: int) -> list[Mapping[str, Any]]:
        """Find the newest documents that have all of the words; see `mqworker.ports.Archive`."""
        phrases = [phrase for phrase in map(folded, words.split()) if phrase.strip()]
        if words.split() and not phrases:
            return []
        return newest([hit for hit in self.hits() if has_all(phrases, hit["_source"])], limit)

    def find(self, clauses: Sequence[Clause], limit: int) -> list[Mapping[str, Any]]:
        """Find documents by exact values; see `mqworker.ports.Archive.find`."""
        asked = [clause for clause in clauses if clause.fields]
        found = [hit for hit in self.hits() if any(holds(clause, hit) for clause in asked)]
        return newest(found, limit)

    def hits(self) -> list[Mapping[str, Any]]:
        """Return every document, the last that came first."""
        with self.turn:
            stored = list(self.documents.items())
        return [
            {"_index": index, "_id": id_, "_source": orjson.loads(source)}
            for (index, id_), source in reversed(stored)
        ]

    def count(self) -> int:
        """Count the documents of all indices; see `mqworker.ports.Archive.count`."""
        return len(self.documents)

    def close(self) -> None:
        """Leave; see `mqworker.ports.Sink.close`."""


def newest(hits: list[Mapping[str, Any]], limit: int) -> list[Mapping[str, Any]]:
    """Return the newest of some documents."""
    return sorted(hits, key=lambda hit: occurred(hit["_source"], EPOCH), reverse=True)[:limit]


def has_all(phrases: Iterable[str], fields: dict[str, Any]) -> bool:
    """Tell whether every phrase is among the words of a document."""
    text = folded(text_of(fields))
    return all(phrase in text for phrase in phrases)


def folded(text: str) -> str:
    """Return the words of a text, without case and accents, each between two spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return f" {' '.join(WORD.findall(letters))} "
