"""The worker: the shell around the pure core, and the only place that settles messages.

1. Nothing is settled before the sink, or the dead-letter queue by confirmed publish, has it.
2. Write, then settle: each step may run twice, because a document's ID is a function of its
   message and creating it again is a duplicate, not a second document.
3. What may be stored later stays here, unsettled, under backoff; the broker's prefetch limit is
   the back-pressure. Nothing is ever requeued, except at the end.
4. One thread does everything but wait for the sink and for the confirmations of dead letters, so
   the broker's heartbeats flow whatever the sink does.
5. When the channel is gone, so is the right to settle: everything that came by it is dropped, the
   broker delivers it again, and nothing new is written before the last bulk of the old channel
   has been answered (so that a look-up before a write sees what that bulk did).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mqworker.burying import Burying, Redact
from mqworker.core.batch import Batch
from mqworker.core.brake import Brake, Place
from mqworker.core.correlation.rules import Rules
from mqworker.core.deadletter import Grave
from mqworker.core.message import Delivery, Document, Event, Failure, Prepared, Refusal, Tag
from mqworker.core.pace import Pace
from mqworker.core.pipeline import Moments, documents, prepare
from mqworker.core.policy import Policy
from mqworker.core.privacy import Privacy
from mqworker.core.receipts import Receipts
from mqworker.core.settlement import OpenMessage
from mqworker.correlating import Correlating
from mqworker.outside import OUTSIDE, Outside
from mqworker.pending import Pending
from mqworker.ports import Memory, Publisher, Source, Store
from mqworker.remembering import Remembering
from mqworker.telemetry import Tally
from mqworker.visit import Progress
from mqworker.writing import Writing

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """The adapters that a worker works with.

    privacy: what documents are not to show. redact: what dead letters are not to show.
    """

    source: Source
    sink: Store
    dead_letters: Publisher
    grave: Grave
    memory: Memory
    rules: Rules
    privacy: Privacy | None = None
    redact: Redact | None = None


class Worker:
    """Moves messages from the source to the sink until it is told to stop."""

    def __init__(
        self,
        parts: Parts,
        policy: Policy,
        pace: Pace,
        tally: Tally,
        outside: Outside = OUTSIDE,
    ) -> None:
        self.parts = parts
        self.policy = policy
        self.pace = pace
        self.tally = tally
        self.clock, chance, lanes = outside.clock, outside.chance, outside.lanes
        self.correlating = Correlating(
            parts.memory,
            parts.sink,
            Remembering(parts.rules, outside.wall, parts.privacy),
            pace,
            tally,
            chance,
            lanes,
        )
        self.writing = Writing(parts.sink, pace, tally, chance, lanes)
        self.burying = Burying(
            parts.dead_letters, parts.grave, pace.backoff, chance, lanes, parts.redact
        )
        self.moments = Moments()
        self.batch: Batch[Pending] = Batch(pace.batch)
        self.brake = Brake(pace.brake)
        self.receipts = Receipts()
        self.channel, self.open = -1, 0
        self.done: list[Tag] = []

    def turn(self, *, taking: bool = True) -> None:
        """Do what can be done now, waiting for messages for at most `idle_s` seconds."""
        self.collect()
        self.settle()
        self.receive(self.pace.batch.count if taking else 0)
        self.write(at_once=not taking)

    def drain(self, hurry: Callable[[], bool]) -> bool:
        """Finish what is in flight, taking nothing new; return whether everything is settled.

        Args:
            hurry: asked again and again; when it returns True, the rest is left at once.
        """
        until = self.clock() + self.pace.drain_s
        while self.open and self.clock() < until and not hurry():
            self.turn(taking=False)
        return not self.open

    def receive(self, limit: int) -> None:
        """Take messages, unless the brake holds, and prepare them."""
        now = self.clock()
        deliveries = self.parts.source.receive(self.brake.allowance(limit, now), self.wait_s(now))
        if not deliveries:
            return
        if deliveries[0].tag.channel != self.channel:
            self.abandon(deliveries[0].tag.channel)
        now = self.clock()
        self.receipts.take(deliveries, now)
        good = 0
        for delivery in deliveries:
            good += self.admit(delivery, now)
        self.tally.add("received", len(deliveries))
        self.watch("prepare", good, len(deliveries) - good)

    def admit(self, delivery: Delivery, now: float) -> bool:
        """Prepare one message and put its documents into the batch; return whether it is good."""
        message, items = self.prepared(delivery)
        message.receipt = self.receipts.last
        self.open += 1
        size = len(delivery.body) // (len(items) or 1)
        for item in items:
            self.put(item, size, now)
        if delivery.redelivered:
            self.tally.add("redelivered")
        if message.failures:
            self.tally.add("refused", len(message.failures))
        if not message.waiting:
            self.finish(message)
        return not message.failures

    def prepared(self, delivery: Delivery) -> tuple[OpenMessage, list[Pending]]:
        """Prepare a message, and see where its events go and what links them.

        A defect of ours costs that message alone, and not the worker.
        """
        try:
            moment = self.moments.of(delivery, self.policy)
            prepared = prepare(delivery, self.policy, moment)
            message = OpenMessage(prepared)
            made = documents(prepared, self.policy, moment)
            return message, self.begun(prepared.events, made, message)
        except Exception as defect:
            log.exception("a defect of mqworker: the message goes to the dead letters")
            refusal = Refusal("normalize", f"a defect of mqworker: {defect!r}")
            failed = Prepared(delivery, "", several=False, failures=(Failure(0, refusal),))
            return OpenMessage(failed), []

    def begun(
        self, events: Sequence[Event], made: Sequence[Document], message: OpenMessage
    ) -> list[Pending]:
        """Send the events of a message on their way."""
        items: list[Pending] = []
        for event, document in zip(events, made, strict=True):
            items.append(self.correlating.begin(event, document, message))
            if event.failed:
                self.tally.add("unread")
        return items

    def put(self, pending: Pending, size: int, now: float) -> None:
        """Put a document into the batch, sending the batch off first where it would not fit."""
        if not self.batch.takes(size):
            self.correlating.put(self.batch.take())
        self.batch.add(pending, size, now)

    def watch(self, place: Place, good: int, bad: int) -> None:
        """Let the brake judge, and say when it closes."""
        if not self.brake.observe(place, good, bad, self.clock()):
            return
        self.tally.add("braked")
        log.error(
            "most of what comes is bad (over %.0f %% of about %d): consumption stops for %.0f s; "
            "see the dead-letter queue %s",
            100 * self.pace.brake.ratio,
            self.pace.brake.sample,
            self.pace.brake.pause_s,
            self.parts.grave,
        )

    def wait_s(self, now: float) -> float:
        """Return how long to wait for messages, in seconds."""
        if self.writing.busy or self.correlating.busy or self.burying.busy or self.done:
            return self.pace.busy_s
        return self.writing.wait_s(now, self.batch.wait_s(now, self.pace.idle_s))

    def write(self, *, at_once: bool = False) -> None:
        """Hand over what is due: batches and retries to the sink, the dead to their queue."""
        now = self.clock()
        if self.batch.due(now) or (at_once and len(self.batch)):
            self.correlating.put(self.batch.take())
        self.correlating.submit(now)
        self.advance(self.correlating.unlinked_batches())
        self.writing.submit(now, self.channel)
        self.burying.submit(now)

    def collect(self) -> None:
        """Take note of what the threads have finished."""
        now = self.clock()
        self.collect_written(now)
        self.advance(self.correlating.collect(now))
        for message in self.burying.collect(now, self.channel):
            self.tally.bury(message.failures[0].refusal.stage)
            self.release(message)

    def advance(self, progress: Progress) -> None:
        """Send on what correlation is done with."""
        for batch in progress.ready:
            self.writing.queue(batch)
        for item in progress.complete:
            self.conclude(item)

    def collect_written(self, now: float) -> None:
        """Take note of what the sink has answered."""
        good = bad = 0
        for item, outcome in self.writing.collect(now, self.channel):
            item.outcome = outcome
            if outcome.status == "refused":
                bad += 1
                complete = self.correlating.refused(item)
            else:
                good += 1
                complete = self.correlating.stored(item, duplicate=outcome.status == "duplicate")
            if complete:
                self.conclude(item)
        self.watch("write", good, bad)

    def conclude(self, item: Pending) -> None:
        """Take note that an event is complete, and with the last one its message."""
        item.message.conclude(item.position, item.outcome)
        if not item.message.waiting:
            self.finish(item.message)

    def finish(self, message: OpenMessage) -> None:
        """Send a message whose events are all decided on its last way."""
        if message.failures:
            self.burying.queue(message)
        else:
            self.release(message)

    def release(self, message: OpenMessage) -> None:
        """Take note that the broker may forget a message."""
        message.receipt.left -= 1
        self.done.append(message.delivery.tag)

    def settle(self) -> None:
        """Tell the broker what it may forget."""
        if self.done:
            self.parts.source.settle(self.done)
            self.open -= len(self.done)
            self.tally.add("settled", len(self.done))
            self.done = []

    def abandon(self, channel: int) -> None:
        """Drop what came by an older channel: the broker delivers it again."""
        if self.open:
            log.warning("channel lost unsettled=%d; the broker delivers them again", self.open)
        self.tally.add("abandoned", self.open)
        self.channel, self.open, self.done, self.receipts = channel, 0, [], Receipts()
        self.batch.take()
        self.correlating.abandon()
        self.writing.abandon()
        self.burying.abandon()

    def close(self) -> None:
        """Leave the broker, so that what is unsettled goes back to it, and then the rest."""
        self.parts.source.close()
        self.correlating.close()
        self.writing.lanes.close()
        self.burying.lanes.close()
        self.parts.sink.close()
        self.parts.dead_letters.close()
