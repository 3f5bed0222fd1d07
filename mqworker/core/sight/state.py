"""What one worker process is at: what it answers when it is asked, and how it is read.

1. Of another version's state, what is not known here is left out, and what is missing has its
   default: workers and who looks at them need not be of one version.
2. Counts only grow while a process lives; one that takes its place begins at 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, NamedTuple

Braking = Literal["off", "holds", "trial"]


class Filled(NamedTuple):
    """How many times a field was filled over links of one kind."""

    field: str
    link: str
    times: int


class Depth(NamedTuple):
    """How full a queue was when the broker was last asked.

    ready: messages that nobody holds. consumers: None where the broker does not tell.
    at: when that was, in seconds since 1970.
    """

    ready: int
    consumers: int | None
    at: float


@dataclass(frozen=True, slots=True)
class Spread:
    """How values are spread; see `mqworker.core.histogram`."""

    bounds: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class State:
    """One worker process. Times are seconds since 1970.

    program: the command: run or cloudtrail. version: of mqworker. worker: its number among those
        of one supervisor, from 0. lead: the pid of the supervisor; its own when it has none.
    queues: what it consumes.
    since: when it was started. at: when this was found out.
    counts: by `mqworker.telemetry.Fact`. letters: dead letters, by the stage that refused them.
    fills: fields that correlation filled in.
    latency: seconds from handing a bulk request over to its answer. sizes: documents in one.
    in_flight: messages that are taken and not settled. held_s: for how long the oldest of them;
        None when there is none. age_s: how old the oldest is by its AMQP timestamp; None when it
        has none.
    brake: whether consumption has stopped because most was bad; "trial": some are taken to see.
    consuming: whether the broker can hand messages over. ready: whether the start is behind it.
    doing: what the start is at. trouble: why it does not get on.
    depths: by queue.
    groups: of events that correlation remembers. links: that they have.
    rss_bytes: memory. cpu_s: processor time since the start.
    """

    program: str = "run"
    version: str = ""
    pid: int = 0
    worker: int = 0
    lead: int = 0
    queues: tuple[str, ...] = ()
    since: float = 0.0
    at: float = 0.0
    counts: Mapping[str, int] = field(default_factory=dict)
    letters: Mapping[str, int] = field(default_factory=dict)
    fills: tuple[Filled, ...] = ()
    latency: Spread = field(default_factory=Spread)
    sizes: Spread = field(default_factory=Spread)
    in_flight: int = 0
    held_s: float | None = None
    age_s: float | None = None
    brake: Braking = "off"
    consuming: bool = False
    ready: bool = False
    doing: str = ""
    trouble: str = ""
    depths: Mapping[str, Depth] = field(default_factory=dict)
    groups: int = 0
    links: int = 0
    rss_bytes: int = 0
    cpu_s: float = 0.0


def written(state: State) -> dict[str, Any]:
    """Return a state as JSON has it."""
    plain = asdict(state)
    plain["fills"] = [fill._asdict() for fill in state.fills]
    plain["depths"] = {queue: depth._asdict() for queue, depth in state.depths.items()}
    return plain


NAMES = frozenset(each.name for each in fields(State))


def as_it_is(value: Any) -> Any:
    """Return the value."""
    return value


def known(names: tuple[str, ...], plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return what has one of these names."""
    return {name: plain[name] for name in names if name in plain}


def spread(plain: Mapping[str, Any]) -> Spread:
    """Read a histogram."""
    return Spread(tuple(plain["bounds"]), tuple(plain["counts"]), plain["total"])


READ: dict[str, Callable[[Any], Any]] = {
    "queues": tuple,
    "fills": lambda told: tuple(Filled(**known(Filled._fields, one)) for one in told),
    "latency": spread,
    "sizes": spread,
    "depths": lambda told: {
        queue: Depth(**known(Depth._fields, one)) for queue, one in told.items()
    },
}
"""What JSON has no type for."""


def read(plain: Mapping[str, Any]) -> State:
    """Read what `written` returned.

    Raises:
        ValueError: it is none.
    """
    try:
        told = {name: READ.get(name, as_it_is)(plain[name]) for name in NAMES & plain.keys()}
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"this is no state of a worker: {error}") from error
    return State(**told)
