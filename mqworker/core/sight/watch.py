"""Workers looked at again and again: how fast they are, and who came and went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mqworker.core.sight.quantile import mean, quantile, since
from mqworker.core.sight.state import State, written
from mqworker.core.sight.together import together

MOST_NOTES = 50

RATES = {
    "received": "received",
    "stored": "stored",
    "duplicates": "duplicates",
    "retried": "retried",
    "refused": "refused",
    "dead_letters": "dead_lettered",
    "settled": "settled",
    "filled": "filled",
    "taken_back": "taken_back",
}
"""What is told of each second, and which fact it is."""


@dataclass(frozen=True, slots=True)
class Speed:
    """What happened between two looks.

    rates: by name, for each second. p50_s, p99_s: seconds of bulk requests; None without any.
    documents: in a bulk request, on average. busy: the share of a processor that was used.
    """

    rates: Mapping[str, float] = field(default_factory=dict)
    p50_s: float | None = None
    p99_s: float | None = None
    documents: float | None = None
    busy: float = 0.0


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happened; `at` in seconds since 1970."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Scene:
    """One look.

    workers: each with what it did since the last look. whole: all of them together.
    gone: numbers of workers that were there at the last look and are not now.
    """

    at: float
    workers: Sequence[tuple[State, Speed]]
    whole: tuple[State, Speed]
    gone: Sequence[State] = ()
    notes: Sequence[Note] = ()


@dataclass(slots=True)
class Watch:
    """Remembers what was seen last. For use by one thread."""

    before: dict[int, State] = field(default_factory=dict)
    gone: dict[int, State] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    looked: bool = False

    def look(self, states: Sequence[State], at: float) -> Scene:
        """Return what is seen now, given what the workers tell; `at` in seconds since 1970."""
        here = {state.pid: state for state in states}
        self.note(here, at)
        workers = [(state, speed(state, self.before.get(state.pid))) for state in states]
        known = [state for state in states if state.pid in self.before]
        before = together([self.before[state.pid] for state in known]) if known else None
        whole = together(states), speed(together(known), before)
        self.before, self.looked = here, True
        return Scene(at, workers, whole, list(self.gone.values()), self.notes[::-1])

    def note(self, here: Mapping[int, State], at: float) -> None:
        """Note who came and who went."""
        for pid, state in self.before.items():
            if pid not in here:
                self.gone[pid] = state
                self.add(at, f"worker {state.worker} (pid {pid}) is gone")
        for pid, state in here.items():
            if pid not in self.before and self.looked:
                self.gone.pop(pid, None)
                self.replace(state)
                self.add(at, f"worker {state.worker} (pid {pid}) is here")

    def replace(self, state: State) -> None:
        """Forget those whose place a worker has taken."""
        place = state.lead, state.worker
        self.gone = {pid: old for pid, old in self.gone.items() if (old.lead, old.worker) != place}

    def add(self, at: float, words: str) -> None:
        """Add a note."""
        self.notes = [*self.notes, Note(at, words)][-MOST_NOTES:]


def speed(now: State, before: State | None) -> Speed:
    """Return what happened between two looks at one worker, or at all of them."""
    if before is None or now.at <= before.at:
        return Speed()
    span = now.at - before.at
    rates = {
        name: max(0.0, (now.counts.get(fact, 0) - before.counts.get(fact, 0)) / span)
        for name, fact in RATES.items()
    }
    latency = since(now.latency, before.latency)
    return Speed(
        rates,
        quantile(latency, 0.5),
        quantile(latency, 0.99),
        mean(since(now.sizes, before.sizes)),
        max(0.0, (now.cpu_s - before.cpu_s) / span),
    )


def described(scene: Scene) -> dict[str, Any]:
    """Return a look for programs."""
    return {
        "at": scene.at,
        "workers": [told(state, speed) for state, speed in scene.workers],
        "together": told(*scene.whole),
        "gone": [state.pid for state in scene.gone],
    }


def told(state: State, speed: Speed) -> dict[str, Any]:
    """Return a state with what happened since the last look."""
    now = {
        "rates": dict(speed.rates),
        "latency_p50_s": speed.p50_s,
        "latency_p99_s": speed.p99_s,
        "bulk_documents": speed.documents,
        "busy": speed.busy,
    }
    return written(state) | {"now": now}
