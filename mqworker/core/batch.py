"""When a batch is due: by count, by bytes, by the age of its oldest document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class BatchPolicy:
    """The bounds of one bulk request.

    count: documents. bytes: of their sources together; one larger document goes alone.
    age_s: seconds that the first document may wait for others.
    """

    count: int = 1000
    bytes: int = 5 * 1024 * 1024
    age_s: float = 0.1


class Batch(Generic[Item]):
    """Collects what the next bulk request will hold. Given the time, reads no clock."""

    def __init__(self, policy: BatchPolicy) -> None:
        self.policy = policy
        self.items: list[Item] = []
        self.bytes = 0
        self.since = 0.0

    def __len__(self) -> int:
        return len(self.items)

    def takes(self, size: int) -> bool:
        """Tell whether an item of `size` bytes fits in with the others."""
        return not self.items or (
            len(self.items) < self.policy.count and self.bytes + size <= self.policy.bytes
        )

    def add(self, item: Item, size: int, now: float) -> None:
        """Put an item of `size` bytes in, at `now` (monotonic seconds)."""
        if not self.items:
            self.since = now
        self.items.append(item)
        self.bytes += size

    def due(self, now: float) -> bool:
        """Tell whether the batch should be written now."""
        return bool(self.items) and (
            len(self.items) >= self.policy.count
            or self.bytes >= self.policy.bytes
            or now - self.since >= self.policy.age_s
        )

    def wait_s(self, now: float, most_s: float) -> float:
        """Return the seconds until the batch is due by age, at most `most_s`."""
        return max(0.0, min(most_s, self.since + self.policy.age_s - now)) if self.items else most_s

    def take(self) -> list[Item]:
        """Return the items and start afresh."""
        items, self.items, self.bytes = self.items, [], 0
        return items
