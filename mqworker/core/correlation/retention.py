"""How long what is remembered is kept: until no event that can still come may need it.

1. Eviction goes by event-time bucket and by what has been consumed since, never by the clock: a
   backlog of yesterday's events correlates as it would have yesterday, also beside today's.
2. A bucket is closed when consumption has gone on past it in its own neighborhood: as many later
   buckets as the widest window and the lateness together have been opened there since the bucket
   was last touched. So a backlog that is read quickly is also forgotten quickly.
3. Failing that (nothing follows, or all that follows was there before), it is closed when the
   latest time seen has moved on by as much. A leap counts as one bucket, and the latest time never
   passes the clock: neither one event from the year 2099 nor a quiet night closes anything.
4. A bucket that lies ahead of the clock counts as opened when the clock has reached it: else fifty
   events of the next fifty minutes, which anyone can write, would close the last hour's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mqworker.core.correlation.rules import Rules


@dataclass(slots=True)
class Bucket:
    """When a bucket was opened and last touched: in openings, and in milliseconds of progress.

    opened: 0 as long as it lies ahead of the clock.
    """

    opened: int
    touched: int
    progress: int


@dataclass(slots=True)
class Retention:
    """Watches consumption and says which buckets are closed."""

    rules: Rules
    buckets: dict[int, Bucket] = field(default_factory=dict)
    openings: int = 0
    latest: int | None = None
    progress: int = 0
    judged: tuple[int, int] = (0, 0)

    @property
    def span(self) -> int:
        """How many buckets of progress something is kept for."""
        return self.rules.reach + self.rules.lateness

    def touch(self, at: int, now: int) -> int:
        """Take note of an event; return its bucket.

        Args:
            at: its time, in milliseconds.
            now: the clock, likewise.
        """
        width = self.rules.bucket_s * 1000
        bucket = at // width
        self.advance(min(at, now), width)
        known = self.buckets.get(bucket)
        if known is None:
            known = self.buckets[bucket] = Bucket(0, 0, 0)
        if not known.opened and at <= now + width:
            self.openings += 1
            known.opened = self.openings
        known.touched, known.progress = self.openings, self.progress
        return bucket

    def advance(self, reached: int, width: int) -> None:
        """Move the latest time seen."""
        if self.latest is None:
            self.latest = reached
        elif reached > self.latest:
            self.progress += min(reached - self.latest, width)
            self.latest = reached

    def close(self) -> list[int]:
        """Forget the buckets that are closed, and return them."""
        now = (self.openings, self.progress // (self.rules.bucket_s * 1000))
        if now == self.judged:
            return []
        self.judged = now
        closed = [bucket for bucket, known in self.buckets.items() if self.over(bucket, known)]
        for bucket in closed:
            del self.buckets[bucket]
        return closed

    def over(self, bucket: int, known: Bucket) -> bool:
        """Tell whether nothing that can still come may need a bucket."""
        width = self.rules.bucket_s * 1000
        if self.progress - known.progress > self.span * width:
            return True
        if self.openings - known.touched < self.span:
            return False
        later = (self.buckets.get(bucket + step) for step in range(1, 2 * self.span + 1))
        opened = sum(1 for other in later if other and other.opened > known.touched)
        return opened >= self.span
