"""What the intake is told by its configuration."""

from __future__ import annotations

from dataclasses import dataclass, field

from mqworker.core.bounds import Limits
from mqworker.core.deadletter import Grave


@dataclass(frozen=True, slots=True)
class Rules:
    """Where events go, and what is too much.

    grave: the worker's queue, which is the routing key too, and the one for its dead letters.
    exchange: what the worker's queue is bound to.
    limits: what one event may hold: as the worker takes it.
    max_request_bytes: the largest body, before and after inflating.
    max_request_events: how many events one request may hold.
    app_id: who published it (AMQP property).
    """

    grave: Grave = field(default_factory=lambda: Grave("eventtask"))
    exchange: str = "eventtask"
    limits: Limits = field(default_factory=Limits)
    max_request_bytes: int = 32 * 2**20
    max_request_events: int = 50_000
    app_id: str = "mqworker"

    @property
    def max_request_objects(self) -> int:
        """How many objects and arrays a request may hold: ten for each event."""
        return 10 * self.max_request_events
