"""The states of several workers as one: what is counted is added up, what is bad is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from mqworker.core.sight.state import Braking, Depth, Filled, Spread, State

ALL = -1
"""The number of a worker that stands for all of them."""

WORST: tuple[Braking, ...] = ("holds", "trial", "off")


def together(states: Sequence[State]) -> State:
    """Return the states of workers on the same queues as one; that of nobody when there is none."""
    if not states:
        return State(worker=ALL)
    first = min(states, key=lambda state: (state.since, state.worker))
    return State(
        program=first.program,
        version=first.version,
        worker=ALL,
        queues=tuple(dict.fromkeys(queue for state in states for queue in state.queues)),
        since=first.since,
        at=max(state.at for state in states),
        counts=added(state.counts for state in states),
        letters=added(state.letters for state in states),
        fills=added_fills(states),
        latency=added_spreads([state.latency for state in states]),
        sizes=added_spreads([state.sizes for state in states]),
        in_flight=sum(state.in_flight for state in states),
        held_s=longest(state.held_s for state in states),
        age_s=longest(state.age_s for state in states),
        brake=next(brake for brake in WORST if any(state.brake == brake for state in states)),
        consuming=all(state.consuming for state in states),
        ready=all(state.ready for state in states),
        doing=joined((state.worker, state.doing) for state in states if not state.ready),
        trouble=joined((state.worker, state.trouble) for state in states),
        depths=newest(states),
        groups=max(state.groups for state in states),
        links=max(state.links for state in states),
        rss_bytes=sum(state.rss_bytes for state in states),
        cpu_s=sum(state.cpu_s for state in states),
    )


def added(several: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Add counts up."""
    total: Counter[str] = Counter()
    for one in several:
        total.update(one)
    return dict(total)


def added_fills(states: Iterable[State]) -> tuple[Filled, ...]:
    """Add fills up."""
    total: Counter[tuple[str, str]] = Counter()
    for state in states:
        for fill in state.fills:
            total[fill.field, fill.link] += fill.times
    return tuple(Filled(*key, count) for key, count in sorted(total.items()))


def added_spreads(spreads: Sequence[Spread]) -> Spread:
    """Add histograms up: those that have the bounds of the first that has any."""
    bounds = next((each.bounds for each in spreads if each.bounds), ())
    alike = [each for each in spreads if each.bounds == bounds and each.counts]
    counts = tuple(sum(column) for column in zip(*(each.counts for each in alike), strict=True))
    return Spread(bounds, counts, sum(each.total for each in alike))


def longest(several: Iterable[float | None]) -> float | None:
    """Return the longest time that is known."""
    return max((one for one in several if one is not None), default=None)


def joined(several: Iterable[tuple[int, str]]) -> str:
    """Return what workers say, each with its number; nothing of those that say nothing."""
    return "; ".join(f"worker {number}: {words}" for number, words in several if words)


def newest(states: Iterable[State]) -> dict[str, Depth]:
    """Return for each queue what was heard last."""
    found: dict[str, Depth] = {}
    for state in states:
        for queue, depth in state.depths.items():
            if queue not in found or depth.at > found[queue].at:
                found[queue] = depth
    return found
