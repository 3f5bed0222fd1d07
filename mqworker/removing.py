"""Removes dead letters for good: those that were seen before, and nothing that died since."""

from __future__ import annotations

from collections.abc import Callable, Collection

from mqworker.core.letter import Key
from mqworker.perusing import peruse
from mqworker.ports import Shelf


def remove(
    shelf: Shelf,
    doomed: Collection[Key],
    count: Callable[[], int],
    most: int,
    advance: Callable[[int], object],
) -> int:
    """Remove letters; return how many.

    Args:
        shelf: the dead-letter queue.
        doomed: the letters.
        count: returns how many letters wait.
        most: letters in one batch.
        advance: told how many more were decided about.

    Raises:
        BrokerUnavailable: the broker does not answer.
        Misconfigured: it refuses, or there is no such queue.
    """
    removed = 0
    for letters in peruse(shelf, count, most):
        over = [each.delivery.tag for each in letters if each.key in doomed]
        shelf.settle(over)
        shelf.hold([each.delivery.tag for each in letters if each.key not in doomed])
        removed += len(over)
        advance(len(letters))
    return removed
