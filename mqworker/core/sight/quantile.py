"""What a histogram tells of a share of its values, as Prometheus' histogram_quantile() does."""

from __future__ import annotations

from mqworker.core.sight.state import Spread


def quantile(spread: Spread, share: float) -> float | None:
    """Return the value that a share of all is not above; None where there are none.

    Within two bounds values are taken to be spread evenly. Beyond the last it is that bound.
    """
    wanted = share * sum(spread.counts)
    if not wanted:
        return None
    below, seen = 0.0, 0
    for bound, count in zip(spread.bounds, spread.counts, strict=False):
        if count and seen + count >= wanted:
            return below + (bound - below) * (wanted - seen) / count
        below, seen = bound, seen + count
    return below


def since(now: Spread, before: Spread) -> Spread:
    """Return what came between two looks; everything when the earlier is of another process."""
    if before.bounds != now.bounds or len(before.counts) != len(now.counts):
        return now
    counts = tuple(new - old for new, old in zip(now.counts, before.counts, strict=True))
    if min(counts, default=0) < 0:
        return now
    return Spread(now.bounds, counts, now.total - before.total)


def mean(spread: Spread) -> float | None:
    """Return the mean of the values; None where there are none."""
    count = sum(spread.counts)
    return spread.total / count if count else None
