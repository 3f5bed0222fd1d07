"""Documents on their way into the sink: several bulk requests in flight, retries under backoff."""

from __future__ import annotations

import heapq
import logging
from collections import deque
from collections.abc import Callable
from itertools import count
from typing import NamedTuple

from mqworker.core.message import STORED, Outcome
from mqworker.core.pace import Pace
from mqworker.lanes import LaneMaker, Lanes
from mqworker.pending import Pending
from mqworker.ports import Sink
from mqworker.telemetry import Tally

log = logging.getLogger(__name__)

Decided = tuple[Pending, Outcome]
"""An event, and what became of its document for good."""

Onlooker = Callable[[list[Pending], list[Outcome]], None]
"""Is told what became of a bulk's documents, in their order; has to return at once."""


class Bulk(NamedTuple):
    """Documents that go out together.

    attempt: how often they failed before. channel: that they came by. sent: when they were handed
    over, in monotonic seconds.
    """

    items: list[Pending]
    attempt: int = 0
    channel: int = -1
    sent: float = 0.0


class Writing:
    """Writes bulks in threads and keeps what has to be tried again. For use by one thread."""

    def __init__(
        self,
        sink: Sink,
        pace: Pace,
        tally: Tally,
        chance: Callable[[], float],
        lanes: LaneMaker = Lanes,
    ) -> None:
        self.pace = pace
        self.tally = tally
        self.chance = chance
        self.lanes: Lanes[Bulk, list[Outcome]] = lanes(
            "bulk", pace.bulks, lambda bulk: sink.write([item.document for item in bulk.items])
        )
        self.waiting: deque[Bulk] = deque()
        self.retries: list[tuple[float, int, Bulk]] = []
        self.order = count()
        self.stale = 0
        self.failing = False
        self.onlooker: Onlooker | None = None

    @property
    def busy(self) -> bool:
        """Whether a bulk request is in flight."""
        return self.lanes.busy > 0

    def queue(self, items: list[Pending]) -> None:
        """Put a full batch in line."""
        if items:
            self.waiting.append(Bulk(items))

    def submit(self, now: float, channel: int) -> None:
        """Send what is in line and what is due again, as far as threads are free."""
        while self.retries and self.retries[0][0] <= now:
            self.waiting.appendleft(heapq.heappop(self.retries)[2])
        while self.waiting and self.lanes.free and not self.stale:
            self.lanes.submit(self.waiting.popleft()._replace(channel=channel, sent=now))

    def collect(self, now: float, channel: int) -> list[Decided]:
        """Return the documents that are decided; keep the others for later."""
        decided: list[Decided] = []
        for bulk, outcomes in self.lanes.collect():
            if bulk.channel != channel:
                self.stale -= 1
                continue
            self.tally.answer(len(bulk.items), now - bulk.sent)
            decided += self.judge(bulk, outcomes, now)
        return decided

    def judge(self, bulk: Bulk, outcomes: list[Outcome] | None, now: float) -> list[Decided]:
        """Count the outcomes of a bulk, return those that are final and keep the rest."""
        if outcomes is None:
            outcomes = [Outcome("retry", "the sink failed")] * len(bulk.items)
        decided = list(zip(bulk.items, outcomes, strict=True))
        again: list[Pending] = []
        if not self.count(outcomes):
            again = [item for item, outcome in decided if outcome.status == "retry"]
            decided = [pair for pair in decided if pair[1].status != "retry"]
        if self.onlooker is not None:
            self.onlooker(bulk.items, outcomes)
        if again:
            self.postpone(Bulk(again, bulk.attempt + 1), now)
        self.tell(outcomes, len(again))
        return decided

    def count(self, outcomes: list[Outcome]) -> bool:
        """Count what became of documents; tell whether all of them are stored, as they mostly are.

        A list finds the one object that says so without a look into it.
        """
        every = outcomes.count(STORED) == len(outcomes)
        statuses = [] if every else [outcome.status for outcome in outcomes]
        self.tally.add("stored", len(outcomes) if every else statuses.count("stored"))
        self.tally.add("duplicates", statuses.count("duplicate"))
        self.tally.add("refused", statuses.count("refused"))
        self.tally.add("retried", statuses.count("retry"))
        return every

    def tell(self, outcomes: list[Outcome], again: int) -> None:
        """Log the first failure of a row of them, and the first success after it."""
        if again and not self.failing:
            reason = next(outcome.reason for outcome in outcomes if outcome.status == "retry")
            log.warning("sink takes %d of %d documents later: %s", again, len(outcomes), reason)
        if self.failing and not again:
            log.info("sink takes documents again")
        self.failing = bool(again)

    def postpone(self, bulk: Bulk, now: float) -> None:
        """Keep a bulk until its backoff has passed."""
        due = now + self.pace.backoff.delay_s(bulk.attempt - 1, self.chance())
        heapq.heappush(self.retries, (due, next(self.order), bulk))

    def wait_s(self, now: float, most_s: float) -> float:
        """Return the seconds until a retry is due, at most `most_s`; 0 when one could go now."""
        if self.waiting:
            return 0.0
        return max(0.0, min(most_s, self.retries[0][0] - now)) if self.retries else most_s

    def abandon(self) -> None:
        """Forget everything; what is in flight is waited for before the next bulk is sent."""
        self.waiting.clear()
        self.retries.clear()
        self.stale = self.lanes.busy
