"""How much at a time, and how patiently: the operator's choices for the shell's policies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from mqworker.core.backoff import Backoff
from mqworker.core.batch import BatchPolicy
from mqworker.core.brake import BrakePolicy


@dataclass(frozen=True, slots=True)
class Pace:
    """The rhythm of a worker.

    batch: bounds of one bulk request. bulks: how many of them are in flight at once.
    backoff: the wait before something is tried again. brake: when to stop taking messages.
    drain_s: seconds to finish what is in flight when told to stop.
    memory_outage: while the memory is gone, wait; or write documents as their senders stated them,
        and settle when they are remembered and complete.
    idle_s: the longest wait for messages, in seconds: a signal is noticed at the latest after it.
    busy_s: the wait for messages while something else is awaited, in seconds.
    """

    batch: BatchPolicy = field(default_factory=BatchPolicy)
    bulks: int = 3
    backoff: Backoff = field(default_factory=Backoff)
    brake: BrakePolicy = field(default_factory=BrakePolicy)
    drain_s: float = 25.0
    memory_outage: Literal["wait", "index"] = "wait"
    idle_s: float = 0.25
    busy_s: float = 0.005
