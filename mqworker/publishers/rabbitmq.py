"""Publishes to RabbitMQ with pika, confirmed.

1. The connection is the publisher's own: a broker that is short of memory or disk stops to read
   from connections that publish (connection.blocked), and acknowledgements would be stuck with it.
2. `publish` returns only when the broker has confirmed every message, and none came back.
3. While idle, a thread keeps the heartbeats going. A connection that is lost while idle is noticed
   before the next message is written, and replaced.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence

from mqworker.brokers.dialer import Dialer, Line
from mqworker.brokers.outbox import Outbox
from mqworker.brokers.rabbitmq import RabbitmqOptions, Topology
from mqworker.brokers.refusals import describe, is_silence, reply_of
from mqworker.core.backoff import Backoff
from mqworker.core.errors import BrokerUnavailable, Declined, Misconfigured, MqworkerError
from mqworker.core.message import Publication
from mqworker.pulse import answered

AT_ONCE = Backoff(least_s=0.0, most_s=0.0)
"""Each `publish` may dial: the caller has a backoff of its own."""

MOST_AHEAD_BYTES = 16 * 2**20
"""So much is written, and then sent, before more is written."""

REFUSED_FOR_GOOD = {403, 404, 406}
"""Reply codes: no right to publish there, no such exchange, a property that the broker refuses."""


class RabbitmqPublisher:
    """Publishes to one RabbitMQ cluster; see `mqworker.ports.Publisher`."""

    def __init__(
        self,
        options: RabbitmqOptions,
        topology: Topology | None = None,
        *,
        confirm_timeout_s: float = 10.0,
        in_flight: int = 1000,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Connect to nothing yet: `publish` does, or `connect`.

        Args:
            options: how to reach the broker; its queue and exchanges play no part.
            topology: what to declare first with each connection, `options.dead_letters` say.
            confirm_timeout_s: how long the broker may neither take nor answer anything, in seconds.
            in_flight: how many messages may be unconfirmed at a time.
            monotonic: a clock that never goes back, in seconds.
        """
        self.confirm_timeout_s = confirm_timeout_s
        self.in_flight = in_flight
        self.monotonic = monotonic
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.idling: threading.Thread | None = None
        self.pause_s = options.heartbeat_s / 4
        line = Line(options, "publish", topology or options.topology, AT_ONCE, monotonic)
        self.dialer = Dialer(line, lambda: Outbox(topology))

    def connect(self) -> None:
        """Connect and declare now, to find out early whether that works.

        Raises:
            BrokerUnavailable: no broker answers.
            Misconfigured: one refuses for good.
        """
        with self.lock:
            self.opened()

    def publish(self, publications: Sequence[Publication]) -> None:
        """Publish, and wait for the confirmations; see `mqworker.ports.Publisher.publish`."""
        if not publications:
            return
        with self.lock:
            outbox = self.opened()
            first = outbox.confirms.last + 1
            answered()
            try:
                self.send(outbox, publications)
            except BaseException:
                # Late answers would be taken for those to the next call.
                self.dialer.close(at_once=True)
                raise
            self.judge(outbox, first, len(publications))

    def opened(self) -> Outbox:
        """Return the outbox of a connection that is ready."""
        dialer = self.dialer
        if dialer.link:
            dialer.turn(0.0)
        until, failures = self.monotonic() + self.confirm_timeout_s, dialer.failures
        while not dialer.ready or dialer.session is None:
            left_s = until - self.monotonic()
            if left_s <= 0 or dialer.failures - failures >= len(dialer.targets):
                dialer.close(at_once=True)
                told = dialer.trouble or f"{dialer.shown}: no answer"
                raise BrokerUnavailable(told, silent=left_s <= 0 or is_silence(dialer.error))
            dialer.turn(left_s)
        self.keep_alive()
        return dialer.session

    def send(self, outbox: Outbox, publications: Sequence[Publication]) -> None:
        """Write all messages and wait for all answers."""
        ahead_bytes = 0
        for publication in publications:
            if len(outbox.confirms) >= self.in_flight or ahead_bytes > MOST_AHEAD_BYTES:
                self.await_answers(outbox, self.in_flight // 2)
                ahead_bytes = 0
            outbox.write(publication)
            ahead_bytes += len(publication.body)
        self.await_answers(outbox, 0)

    def await_answers(self, outbox: Outbox, most: int) -> None:
        """Run the connection until all is sent and at most so many answers are outstanding."""
        fewest, until = (math.inf, math.inf), 0.0
        while (left := (len(outbox.confirms), outbox.unsent_bytes))[1] or left[0] > most:
            if left < fewest:  # and not just other: heartbeats are written all the time
                fewest, until = left, self.monotonic() + self.confirm_timeout_s
                answered()
            elif self.monotonic() >= until:
                told = f"{self.dialer.shown}: {self.silence(outbox)}"
                raise BrokerUnavailable(told, silent=not outbox.blocked)
            self.dialer.turn(max(0.0, until - self.monotonic()))
            if not self.dialer.ready:
                raise self.lost()

    def silence(self, outbox: Outbox) -> str:
        """Say what the broker does not do."""
        blocked = f" (it blocks publishers: {outbox.blocked})" if outbox.blocked else ""
        return f"no confirmation in {self.confirm_timeout_s} s{blocked}"

    def lost(self) -> MqworkerError:
        """Return what to raise for a connection or channel that is lost."""
        error = self.dialer.error or ConnectionError("closed")
        reply = reply_of(error)
        kind = Misconfigured if reply and reply.code in REFUSED_FOR_GOOD else BrokerUnavailable
        return kind(f"{self.dialer.shown}: {describe(error)}")

    def judge(self, outbox: Outbox, first: int, count: int) -> None:
        """Raise if the broker has not taken every message; the next call declares anew.

        Args:
            outbox: what the messages were written to.
            first: the number of the first of them.
            count: how many there were.
        """
        returned, refused = outbox.returned, outbox.refused
        if returned is None and not refused:
            return
        self.dialer.close()
        if returned is None:
            raise Declined(
                f"{self.dialer.shown}: the broker could not take {len(refused)} of {count} "
                "messages: is a queue full?",
                [number - first for number in refused],
            )
        exchange, routing_key = returned
        raise Misconfigured(
            f"{self.dialer.shown}: unroutable: no queue is bound to exchange {exchange!r} "
            f"with routing key {routing_key!r}"
        )

    def keep_alive(self) -> None:
        """Start the thread that keeps the connection alive while idle."""
        if self.idling is None:
            self.idling = threading.Thread(target=self.idle, name="heartbeats", daemon=True)
            self.idling.start()

    def idle(self) -> None:
        """Run the connection now and then."""
        while not self.stopping.wait(self.pause_s):
            with self.lock:
                if self.dialer.link:
                    self.dialer.turn(0.0)

    def close(self) -> None:
        """Leave; see `mqworker.ports.Publisher.close`."""
        self.stopping.set()
        with self.lock:
            self.dialer.close()
        if self.idling:
            self.idling.join()
