"""What is sent at once: a message, or a request to the intake; and what is owed for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from tests.campaign.planted import Bad
from tests.campaign.record import Obligation

AMQP = "amqp"
TOKEN = "tk-8d21b6c0-of-the-intake"  # noqa: S105 - planted: no log may hold it

EXTRA: dict[str, dict[str, Any]] = {
    "/events": {"endpoint": "events"},
    "/nxlog": {"endpoint": "events"},
    "/cef": {"endpoint": "cef"},
    "/custom/shop": {"endpoint": "shop", "customendpoint": True},
}
"""What each route adds to an event (docs/intake.rst)."""


class Shipment(NamedTuple):
    """Sent at `due` seconds or later.

    owed: the names of the obligations that a success confirms.
    message_id, encoding, stamped: of a message; stamped ones hold the time of sending.
    headers: of a request.
    stays: its sender tries until it is told of success.
    """

    due: float
    way: str
    body: bytes
    owed: tuple[str, ...]
    message_id: str | None = None
    encoding: str | None = None
    stamped: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    stays: bool = True


class Traffic(NamedTuple):
    """All that is sent, in the order of time, and what is owed for it by name."""

    obligations: dict[str, Obligation]
    shipments: list[Shipment]


class Made(NamedTuple):
    """A request, and what is owed for it."""

    shipment: Shipment
    obligations: list[Obligation]


def amqp(
    due: float,
    body: bytes,
    owed: Sequence[str],
    message_id: str | None,
    encoding: str | None = None,
    *,
    stamped: bool = False,
    stays: bool = True,
) -> Shipment:
    """Return a message."""
    return Shipment(due, AMQP, body, tuple(owed), message_id, encoding, stamped, (), stays)


def request(
    due: float,
    route: str,
    name: str,
    events: Sequence[tuple[str, dict[str, Any]]],
    bads: Sequence[tuple[str, Any]],
) -> Made:
    """Return a request of these events, and of bad ones after them.

    Args:
        due: when it is sent.
        route: of the intake.
        name: of the request: its Idempotency-Key.
        events: names and events.
        bads: names and kinds of bad events.
    """
    if route == "/_bulk":
        return bulk(due, events)
    bodies = [orjson.dumps(event) for _, event in events]
    made = [(bad, kind(bad)) for bad, kind in bads]
    several = len(events) + len(made) > 1
    ids = [f"{name}-{place}" if several else name for place in range(len(events) + len(made))]
    owed = [good(route, *one, ids[place]) for place, one in enumerate(events)]
    owed += [
        letter(route, bad, how, ids[len(events) + place]) for place, (bad, how) in enumerate(made)
    ]
    body = b"\n".join([*bodies, *(how.body for _, how in made)]) + b"\n"
    headers = (("Idempotency-Key", name), ("Content-Type", "application/json"))
    names = tuple(each.name for each in owed)
    return Made(Shipment(due, route, body, names, headers=headers), owed)


def good(route: str, name: str, event: dict[str, Any], message_id: str) -> Obligation:
    """Return what is owed for an event of a request."""
    published = orjson.dumps({**event, **EXTRA[route]})
    dated = "timestamp" in event
    return Obligation(name, route, "document", published, message_id, 0, event, dated)


def letter(route: str, name: str, bad: Bad, message_id: str) -> Obligation:
    """Return what is owed for a bad event: what only the worker refuses has the route's keys."""
    body = bad.body
    if bad.stage != "decode":
        body = orjson.dumps({**orjson.loads(body), **EXTRA[route]})
    return Obligation(name, route, "letter", body, message_id, stage=bad.stage, words=bad.words)


def bulk(due: float, events: Sequence[tuple[str, dict[str, Any]]]) -> Made:
    """Return a bulk request, in which each event is named by its sender."""
    lines = []
    for name, event in events:
        lines += [orjson.dumps({"create": {"_id": name}}), orjson.dumps(event)]
    owed = [
        Obligation(
            name, "/_bulk", "document", orjson.dumps(event), name, 0, event, "timestamp" in event
        )
        for name, event in events
    ]
    names = tuple(name for name, _ in events)
    headers = (("Content-Type", "application/x-ndjson"),)
    return Made(Shipment(due, "/_bulk", b"\n".join(lines) + b"\n", names, headers=headers), owed)
