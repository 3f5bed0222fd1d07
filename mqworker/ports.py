"""What the worker needs of the world: four narrow ports, and what each may block on and raise.

Each adapter passes the behavioural suite of its port in tests/contract, the in-process one too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

from mqworker.core.clause import Clause
from mqworker.core.correlation.sighting import Sighting
from mqworker.core.holding import Holding
from mqworker.core.message import (
    Amendment,
    Delivery,
    Document,
    Outcome,
    Place,
    Publication,
    Stored,
    Tag,
)


class Remembered(NamedTuple):
    """An entry of the log: what one worker appended at once."""

    position: int
    sightings: Sequence[Sighting]


class Source(Protocol):
    """Where messages come from. Used by one thread only.

    ready: whether the broker can hand messages over: connected, and the queue is there.
    """

    @property
    def ready(self) -> bool:
        """See above."""

    def receive(self, limit: int, timeout_s: float) -> list[Delivery]:
        """Hand over at most `limit` messages, waiting at most `timeout_s` seconds for the first.

        Returns as soon as anything has arrived. Keeps the connection alive (heartbeats) and
        reconnects with backoff meanwhile: an outage is an empty answer, not an error.
        `limit` 0 takes nothing more: the consumer is cancelled, what was buffered but not handed
        over goes back to the broker, and consumption starts again at the next positive limit.

        Raises:
            Misconfigured: the broker refuses for good (credentials, foreign queue arguments),
                found at the first connection only; later the same is an outage.
        """

    def settle(self, tags: Iterable[Tag]) -> None:
        """Tell the broker that it may forget these messages. Never blocks for long.

        Tags of a channel that is gone are ignored: the broker delivers those messages again.
        """

    def close(self) -> None:
        """Leave. What was handed over and not settled goes back. A second call does nothing."""


class QueueDepth(NamedTuple):
    """How full a queue is: messages that nobody holds, and consumers; None where nobody tells."""

    ready: int
    consumers: int | None


@runtime_checkable
class Gauged(Protocol):
    """A source that can tell how full its queues are. Used by the thread that receives.

    depths: what was heard last, by queue.
    """

    @property
    def depths(self) -> dict[str, QueueDepth]:
        """See above. Any thread may ask."""

    def measure(self) -> None:
        """Ask the broker; `depths` has the answer soon. Never blocks for long, never raises."""


class Shelf(Source, Protocol):
    """A source that can be looked through to its end, most of it to be left where it is."""

    def hold(self, tags: Iterable[Tag]) -> None:
        """Keep these unsettled to the end, and let others come beside them: without limit.

        When the source is closed they go back to their place in the queue, marked as redelivered.
        """


class Sink(Protocol):
    """Where documents are stored. `write` is called by several threads at once."""

    def verify(self) -> str:
        """Check that documents can be stored, installing what is missing where allowed.

        Returns a line for people: what is there, in which version.

        Raises:
            Misconfigured: it can't, and says what to do.
            SinkUnavailable: it does not answer.
        """

    def write(self, documents: Sequence[Document]) -> list[Outcome]:
        """Create each document unless its ID is taken; one outcome for each, in order.

        Blocks until the store has answered or its time limit has passed. Never raises for what a
        document holds or for an outage: that is a `retry` outcome.
        """

    def close(self) -> None:
        """Leave. A second call does nothing."""


class Revisions(Protocol):
    """Stored documents, for completing them. Implemented by the same adapters as `Sink`.

    Called by several threads at once. A version changes with each write of its document, so that
    of two writers who have read the same version one fails.
    """

    def fetch(self, places: Sequence[Place]) -> list[Stored | None]:
        """Read documents as they are now, not as they were at the last refresh.

        Returns:
            For each place, in order, the document, None where there is none.

        Raises:
            SinkUnavailable: the store does not answer for all of them.
        """

    def amend(self, amendments: Sequence[Amendment]) -> list[Outcome]:
        """Replace each document that still has the version that was read; one outcome for each.

        stored: done. duplicate: it has another version by now, or is gone: read it again. retry,
        refused: as for `Sink.write`. Never raises for what a document holds or for an outage.
        """


class Store(Sink, Revisions, Protocol):
    """A sink whose documents can be completed: every one that we have."""


class Memory(Protocol):
    """What correlation remembers, shared by every worker: one log that all read in one order.

    Used by one thread.
    """

    def exchange(self, sightings: Sequence[Sighting]) -> list[Remembered]:
        """Append, then read: the one call by which workers learn of each other.

        What is appended outlives this process (kill -9) when the call returns, except in the
        memory within the process, which says so. With nothing to append it only reads.

        Returns:
            Everything appended since the last call, by whomever, in the order of the log; own
            entries too. The first call returns all that the log holds.

        Raises:
            MemoryUnavailable: no answer. It may have been appended or not: append it again.
            Misconfigured: it can't keep what it is given (found by the first call).
        """

    def forget(self, before: int) -> None:
        """Allow the log to drop what is at positions lower than `before`. Keeping it is no error.

        Raises:
            MemoryUnavailable: no answer.
        """

    def close(self) -> None:
        """Leave. What is remembered stays. A second call does nothing."""


class Archive(Protocol):
    """Stored documents, for reading. Implemented by the same adapters as `Sink`."""

    def search(self, words: str, limit: int) -> list[Mapping[str, Any]]:
        """Return the newest documents that match `words`, at most `limit` of them.

        Each is `{"_index": …, "_id": …, "_source": {…}}`.

        Raises:
            SinkUnavailable: the store does not answer.
        """

    def find(self, clauses: Sequence[Clause], limit: int) -> list[Mapping[str, Any]]:
        """Return the newest documents that at least one clause asks for, at most `limit` of them.

        A value is compared as a whole and exactly (see `Clause`), any text may be asked for, and
        each document is returned once, as by `search`. A clause without fields asks for none.

        Raises:
            SinkUnavailable: the store does not answer.
        """

    def count(self) -> int:
        """Return how many documents are stored, over all indices.

        Raises:
            SinkUnavailable: the store does not answer.
        """


class Holdings(Protocol):
    """What a store holds, as indices. Implemented by the same adapters as `Sink`."""

    def holdings(self) -> list[Holding]:
        """Return every index that has a name of ours, in the order of their names.

        Raises:
            SinkUnavailable: the store does not answer.
            Misconfigured: we may not ask.
        """

    def drop(self, name: str) -> None:
        """Remove an index with its documents, for good; one that is not there is no error.

        Raises:
            SinkUnavailable: the store does not answer; part of it may be removed.
            Misconfigured: we may not do that.
        """

    def close(self) -> None:
        """Leave. A second call does nothing."""


class Publisher(Protocol):
    """Hands messages to a broker. Used by one thread at a time."""

    def publish(self, publications: Sequence[Publication]) -> None:
        """Return only when the broker has confirmed each message as routed and persistent.

        Blocks up to its time limit. After an error any part may have been published: publishing
        the same again is the caller's cure (at least once).

        Raises:
            Declined: the broker has all of them but some, which it could not take now.
            BrokerUnavailable: no confirmation: connection lost, or none in time.
            Misconfigured: a message could not be routed to any queue.
        """

    def close(self) -> None:
        """Leave. A second call does nothing."""
