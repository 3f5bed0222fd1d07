"""A message that can't be used -> the message for the dead-letter queue.

1. The body is the original, byte for byte, and so are its properties, but for four that would
   make the dead letter expire, bounce or multiply. These move to a header `x-mqworker-<name>`:
   `expiration` (it would expire), `user_id` (the broker refuses a foreign one), `delivery_mode`
   (it must be persistent) and the header `CC` (it would be routed elsewhere too).
2. The other `x-mqworker-*` headers say why, where and when, and carry what a replay needs to
   double nothing: the identity, the time of receipt, and the positions that failed.
3. All headers together fit into a frame, or no broker would ever take the letter: where they are
   too large, the largest are left out, and named in `x-mqworker-left-out`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from mqworker.core.identity import IDENTITY_HEADER
from mqworker.core.message import (
    Delivery,
    Failure,
    PlainProperties,
    Prepared,
    Properties,
    Publication,
    Refusal,
)

PREFIX = "x-mqworker-"
COUNT_HEADER = PREFIX + "count"
POSITIONS_HEADER = PREFIX + "positions"
RECEIVED_HEADER = PREFIX + "received"
FAILURES_HEADER = PREFIX + "failures"
LEFT_OUT_HEADER = PREFIX + "left-out"
REPLAYS_HEADER = PREFIX + "replays"
TIME_HEADER = PREFIX + "time"
EXCHANGE_HEADER = PREFIX + "exchange"
ROUTING_KEY_HEADER = PREFIX + "routing-key"

WHY = ("stage", "reason", "pointer", "keyword", "schema", "failures")
"""What is true of one death only."""

ESSENTIAL = {
    IDENTITY_HEADER,
    RECEIVED_HEADER,
    COUNT_HEADER,
    REPLAYS_HEADER,
    TIME_HEADER,
    EXCHANGE_HEADER,
    ROUTING_KEY_HEADER,
    *(PREFIX + name for name in ("stage", "reason", "pointer", "keyword", "schema", "queue")),
}
"""Headers that are never left out; each is short."""

LARGEST_HEADERS = 120_000
"""Bytes; all properties of a message have to fit into one frame of 128 KiB: those that are not
headers take up to 4 KB of it, the names of what is left out up to 6 KB."""

LONGEST_REASON = 1000
"""Characters."""

MOST_POSITIONS = 100_000
"""More than a message may hold: a header that names more was not written by us."""

OLDEST = timedelta(days=366)
"""How long ago a message may say that it was first received: whoever can publish can write that
header, and an event's index depends on it."""

NEWEST = timedelta(days=1)
"""How far ahead of our clock that may be: another worker wrote it, by its own."""

MOST_REASONS = 20
"""How many failures of one message are described; all of them are counted and named."""


@dataclass(frozen=True, slots=True)
class Grave:
    """Where dead letters go to and come from: the queue consumed, and the one for the dead.

    others: queues that are consumed by the same worker.
    """

    queue: str
    others: tuple[str, ...] = ()

    @property
    def dead_queue(self) -> str:
        """The name of the dead-letter queue."""
        return f"{self.queue}.dead"

    def of(self, delivery: Delivery) -> Grave:
        """Return the grave of the queue that a message lay in."""
        return Grave(delivery.queue) if delivery.queue else self

    def __str__(self) -> str:
        """Name all queues for the dead."""
        return ", ".join(Grave(queue).dead_queue for queue in (self.queue, *self.others))


def dead_letter(
    prepared: Prepared, failures: Iterable[Failure], grave: Grave, now: datetime
) -> Publication:
    """Return the message to publish to the dead-letter queue.

    Args:
        prepared: the delivery that can't be used, or not wholly.
        failures: which of its events failed, and why; at least one.
        grave: the queues.
        now: the time of the refusal (aware, UTC).
    """
    delivery = prepared.delivery
    ordered = sorted(failures, key=lambda failure: failure.position)
    headers = {
        **moved(delivery.properties),
        **why(ordered[0].refusal),
        IDENTITY_HEADER: prepared.identity,
        RECEIVED_HEADER: first_received(delivery).isoformat(),
        COUNT_HEADER: deaths(delivery.properties.headers) + 1,
        TIME_HEADER: now.isoformat(),
        PREFIX + "queue": grave.queue,
        **route(delivery),
    }
    if prepared.several:
        headers |= whichever(ordered)
    properties = persistent(delivery.properties, fitted(headers))
    return Publication(delivery.body, properties, "", grave.dead_queue)


def route(delivery: Delivery) -> dict[str, Any]:
    """Return the headers that tell which way the sender's message came, also after a replay."""
    headers = delivery.properties.headers or {}
    if REPLAYS_HEADER in headers and EXCHANGE_HEADER in headers:
        return {}
    return {EXCHANGE_HEADER: delivery.exchange, ROUTING_KEY_HEADER: delivery.routing_key}


def why(refusal: Refusal) -> dict[str, Any]:
    """Return the headers that say what was wrong."""
    told = {
        "stage": refusal.stage,
        "reason": clip(refusal.reason),
        "pointer": clip(refusal.pointer),
        "keyword": refusal.keyword,
        "schema": refusal.schema,
    }
    return {PREFIX + name: value for name, value in told.items() if value is not None}


def whichever(failures: list[Failure]) -> dict[str, Any]:
    """Return the headers that tell, for a message of several events, which of them failed."""
    described = [
        {"position": failure.position, **why(failure.refusal)}
        for failure in failures[:MOST_REASONS]
    ]
    positions = spans([failure.position for failure in failures])
    return {POSITIONS_HEADER: positions, FAILURES_HEADER: described}


def moved(properties: Properties) -> dict[str, Any]:
    """Return the original headers, and the properties that a dead letter can't keep as they are."""
    stale = {"CC", *(PREFIX + name for name in WHY)}
    headers = {key: value for key, value in (properties.headers or {}).items() if key not in stale}
    kept_aside = {
        "expiration": properties.expiration,
        "user-id": properties.user_id,
        "delivery-mode": properties.delivery_mode,
        "cc": (properties.headers or {}).get("CC"),
    }
    return headers | {
        PREFIX + name: value for name, value in kept_aside.items() if value is not None
    }


def fitted(headers: dict[str, Any]) -> dict[str, Any]:
    """Return what of the headers fits into a frame.

    The reasons of single events are spared first, the positions last: without them a replay
    offers all events again, and those that are stored already are found to be duplicates.
    """
    sizes = {name: octets(name) + octets(value) for name, value in headers.items()}
    excess = sum(sizes.values()) - LARGEST_HEADERS
    if excess <= 0:
        return headers
    left_out: list[str] = []
    for name in sorted(sizes.keys() - ESSENTIAL, key=lambda name: rank(name, sizes[name])):
        if excess > 0:
            excess -= sizes[name]
            left_out.append(name)
    told = {LEFT_OUT_HEADER: [clip(name) for name in left_out[:MOST_REASONS]]}
    return {name: value for name, value in headers.items() if name not in left_out} | told


def rank(name: str, size: int) -> tuple[bool, bool, int, str]:
    """Return by what headers are ordered, those first that are left out first."""
    return name == POSITIONS_HEADER, name != FAILURES_HEADER, -size, name


def octets(value: object) -> int:
    """Return how many bytes a value takes in a header of AMQP 0-9-1 (4.2.5.5), or a few more."""
    if isinstance(value, str):
        return 5 + len(value.encode("utf-8", "backslashreplace"))
    if isinstance(value, bytes):
        return 5 + len(value)
    if isinstance(value, Mapping):
        return 5 + sum(octets(key) + octets(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return 5 + sum(map(octets, value))
    return 10


def persistent(properties: Properties, headers: Mapping[str, Any]) -> PlainProperties:
    """Return the properties of the dead letter."""
    return PlainProperties(
        content_type=properties.content_type,
        content_encoding=properties.content_encoding,
        headers=headers,
        delivery_mode=2,
        priority=properties.priority,
        correlation_id=properties.correlation_id,
        reply_to=properties.reply_to,
        message_id=properties.message_id,
        timestamp=properties.timestamp,
        type=properties.type,
        app_id=properties.app_id,
        cluster_id=properties.cluster_id,
    )


def first_received(delivery: Delivery) -> datetime:
    """Return when the message was first handed over, also when it is a replayed dead letter.

    Of a header that can't be true (see `OLDEST`) nothing is believed.
    """
    headers = delivery.properties.headers
    told = headers.get(RECEIVED_HEADER) if headers else None
    if not isinstance(told, str):
        return delivery.received
    try:
        when = datetime.fromisoformat(told)
        age = delivery.received - when
    except (ValueError, TypeError, OverflowError):  # TypeError: it names no zone
        return delivery.received
    return when.astimezone(UTC) if -NEWEST <= age <= OLDEST else delivery.received


def wanted_positions(headers: Mapping[str, Any] | None) -> frozenset[int] | None:
    """Return the positions that a replayed dead letter still has to store; None means all."""
    told = (headers or {}).get(POSITIONS_HEADER)
    if not isinstance(told, str):
        return None
    try:
        return frozenset(read_spans(told))
    except ValueError:
        return None


def deaths(headers: Mapping[str, Any] | None) -> int:
    """Return how often the message was dead-lettered before."""
    count = (headers or {}).get(COUNT_HEADER)
    return count if isinstance(count, int) else 0


def spans(positions: list[int]) -> str:
    """Write ascending numbers shortly: [0, 1, 2, 7] is "0-2,7"."""
    starts = [0] + [i + 1 for i, (a, b) in enumerate(pairwise(positions)) if b != a + 1]
    runs = [positions[start:end] for start, end in pairwise([*starts, len(positions)])]
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)


def read_spans(text: str) -> Iterator[int]:
    """Read what `spans` wrote; raises ValueError for anything else, and for too many."""
    left = MOST_POSITIONS
    for span in text.split(","):
        first, _, last = span.partition("-")
        run = range(int(first), int(last or first) + 1)
        left -= len(run)
        if left < 0:
            raise ValueError(text)
        yield from run


def clip(text: str) -> str:
    """Shorten a text for a header."""
    return text if len(text) <= LONGEST_REASON else text[: LONGEST_REASON - 1] + "…"
