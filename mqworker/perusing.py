"""Looks through a dead-letter queue: each letter is handed over once, and goes back at the end.

1. Only what was there at the beginning is looked at: what comes meanwhile lies behind it.
2. Whoever looks decides about each batch before the next: `settle` what is done with, `hold` the
   rest. What is neither settled nor held counts against the source's limit.
3. A connection that is lost means to begin again: everything that was not settled comes once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mqworker.core.errors import BrokerUnavailable
from mqworker.core.letter import Letter, read_letter
from mqworker.ports import Shelf

WAIT_S = 1.0
"""How long to wait for letters that should be there, in seconds."""

PATIENCE = 10
"""So many waits in a row without a letter are borne while some should come."""


def peruse(shelf: Shelf, count: Callable[[], int], most: int) -> Iterator[list[Letter]]:
    """Give the letters of a queue, in batches, the oldest first.

    Args:
        shelf: the dead-letter queue.
        count: returns how many letters wait, as of now.
        most: letters in one batch.

    Raises:
        BrokerUnavailable: the broker does not answer, or hands nothing over.
        Misconfigured: it refuses for good.
    """
    there = left = count()
    channel, idle = -1, 0
    while left > 0:
        deliveries = shelf.receive(min(most, left), WAIT_S)
        if not deliveries:
            idle += 1
            left = min(left, count())  # without those that are in somebody's hands
            if left and idle >= PATIENCE:
                raise BrokerUnavailable(f"{left} dead letters wait and none is handed over")
            continue
        if deliveries[0].tag.channel != channel:
            if channel >= 0:
                left = there
            channel = deliveries[0].tag.channel
        idle = 0
        left -= len(deliveries)
        yield [read_letter(delivery) for delivery in deliveries]
