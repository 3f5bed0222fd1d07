"""Who holds which messages of the embedded broker.

1. A consumer lives as long as its lease: when its process is gone, the next consumer that looks
   for messages puts back, flagged redelivered, what it held.
2. A claim is synced like a publish, so that a message that was ever handed over comes back flagged
   even after a power loss. An acknowledgement is not synced: a power loss may undo it, and the
   message comes again, flagged. A kill -9 undoes neither.
3. Settling deletes only what the consumer holds.
"""

from __future__ import annotations

from collections.abc import Iterable

from mqworker.brokers.leases import Lease
from mqworker.brokers.properties import decode
from mqworker.brokers.sqlite import SqliteBroker
from mqworker.core.errors import BrokerUnavailable
from mqworker.core.message import PlainProperties
from mqworker.database import explained

Claim = tuple[int, bool, bytes, PlainProperties, str, str]
"""Number, whether it was handed over before, body, properties, exchange, routing key."""


class SqliteConsumer:
    """Someone who takes messages from a queue, and owns them until settled, closed or dead."""

    def __init__(self, broker: SqliteBroker, queue: int) -> None:
        """Sign in, under a lease.

        Args:
            broker: the connection to use; it is closed with the consumer.
            queue: the queue's ID, as `SqliteBroker.declare` returned it.

        Raises:
            Misconfigured: the file of leases can't be opened.
            BrokerUnavailable: locked for too long, or the disk is full.
        """
        self.broker = broker
        self.queue = queue
        self.lease: Lease | None = None
        try:
            with broker.change():
                broker.run("INSERT INTO consumers DEFAULT VALUES")
                ((self.id,),) = broker.run("SELECT last_insert_rowid()")
                # Before the commit: who sees the consumer sees its lease.
                self.lease = self.take_lease()
        except BaseException:
            self.abandon()
            raise

    def take_lease(self) -> Lease:
        """Take the lease of this consumer's number."""
        path = self.broker.path
        leases = path.with_name(path.name + "-leases")
        return Lease(leases, self.id, path.stat().st_mode & 0o666)

    def claim(self, limit: int) -> list[Claim]:
        """Take at most `limit` messages, the oldest first; none is an answer, at once.

        Raises:
            BrokerUnavailable: locked for too long, disk full, or the lease is lost.
        """
        if not self.sees_work():
            return []
        with self.broker.change():
            for consumer in self.dead():
                self.sign_out(consumer)
            rows = self.broker.run(
                "SELECT id, redelivered, body, properties, m.exchange, m.routing_key"
                " FROM ready JOIN messages AS m USING (id)"
                " WHERE ready.queue = ? ORDER BY ready.id LIMIT ?",
                self.queue,
                limit,
            )
            if rows:
                self.take_until(rows[-1][0])
        return [
            (number, bool(again), body, decode(kept), exchange, key)
            for number, again, body, kept, exchange, key in rows
        ]

    def sees_work(self) -> bool:
        """Tell whether a message is ready, or can be made so; waits for no lock."""
        with explained(self.broker.path, BrokerUnavailable):
            ready = "SELECT 1 FROM ready WHERE queue = ? LIMIT 1"
            return bool(self.dead() or self.broker.run(ready, self.queue))

    def dead(self) -> list[int]:
        """Return the consumers whose process is gone."""
        others = {consumer for (consumer,) in self.broker.run("SELECT id FROM consumers")}
        if self.lease is None or self.id not in others:
            raise BrokerUnavailable(
                f"{self.broker.path}: this consumer was taken for dead;"
                " was the file of leases beside it removed?"
            )
        others.discard(self.id)
        return [consumer for consumer in others if not self.lease.is_taken(consumer)]

    def sign_out(self, consumer: int) -> None:
        """Put back what a consumer holds, flagged redelivered, and forget the consumer."""
        run = self.broker.run
        run("INSERT INTO ready SELECT queue, id, 1 FROM held WHERE consumer = ?", consumer)
        run("DELETE FROM held WHERE consumer = ?", consumer)
        run("DELETE FROM consumers WHERE id = ?", consumer)

    def take_until(self, last: int) -> None:
        """Move the messages that are ready, up to number `last`, into this consumer's hands."""
        run = self.broker.run
        run(
            "INSERT INTO held SELECT ?, id, queue FROM ready WHERE queue = ? AND id <= ?",
            self.id,
            self.queue,
            last,
        )
        run("DELETE FROM ready WHERE queue = ? AND id <= ?", self.queue, last)

    def settle(self, numbers: Iterable[int]) -> None:
        """Delete those of the messages that are in this consumer's hands.

        Raises:
            BrokerUnavailable: locked for too long, or the disk is full: nothing was deleted.
        """
        mine = [(number, self.id) for number in numbers]
        with self.broker.change(synced=False):
            self.broker.connection.executemany(
                "DELETE FROM messages WHERE id = ?1"
                " AND EXISTS (SELECT 1 FROM held WHERE consumer = ?2 AND id = ?1)",
                mine,
            )
            self.broker.connection.executemany(
                "DELETE FROM held WHERE id = ? AND consumer = ?", mine
            )

    def close(self) -> None:
        """Put back what is not settled, and leave.

        Raises:
            BrokerUnavailable: locked for too long, or the disk is full. It has left all the same,
                and the next consumer puts the messages back.
        """
        try:
            with self.broker.change(synced=False):
                self.sign_out(self.id)
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Leave as a dead process does."""
        if self.lease is not None:
            self.lease.close()
        self.broker.close()
