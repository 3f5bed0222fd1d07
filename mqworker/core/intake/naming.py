"""What an event's message is called, so that a client's retry makes no second document.

1. What the client calls it: the `_id` of a bulk action, else its `Idempotency-Key` (draft-ietf-
   httpapi-idempotency-key-header), with the place in the request where that holds several.
2. Else an ID inside the event. One that is a UUID is unique by its making. Any other is so by
   convention, and some senders give one ID to several events (Zeek: all of a connection): then a
   digest of the event is part of the name, which a retry does not change.
3. Else a name that no other event has: equal events are two events, and a retry doubles it.
"""

from __future__ import annotations

import re
from typing import Any, Final

from mqworker.core.identity import digest
from mqworker.core.message import Record

LONGEST_NAME: Final = 255
"""Bytes of a short string (AMQP 0-9-1, section 4.2.5.3), which `message_id` is."""

LONGEST_EVENT_ID: Final = 200

UUID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}", re.IGNORECASE
)

UNIQUE_KEYS: Final = ("Uuid", "@uuid", "eventID", "log.record.uid")
"""Keys of a UUID for each event: Heka's, its Logstash form's, CloudTrail's, OpenTelemetry's."""


def client_key(header: str | None) -> str:
    """Return the value of `Idempotency-Key`, "" if there is none. It may be quoted (RFC 9651)."""
    return header.strip().strip('"') if header else ""


def keyed(key: str, position: int, *, several: bool) -> str:
    """Return the name of an event by the client's key for the request."""
    return fitting(f"{key}-{position}" if several else key)


def event_name(record: Record, body: bytes) -> str | None:
    """Return the name of an event by an ID that it holds, None if it holds none.

    Args:
        record: the event.
        body: the event as it is published.
    """
    for key in UNIQUE_KEYS:
        value = record.get(key)
        if type(value) is str and UUID.fullmatch(value):
            return value
    found = ecs_id(record)
    if found is None:
        return None
    if UUID.fullmatch(found):
        return found
    return fitting(f"{found[:LONGEST_EVENT_ID]}-{digest(body)}")


def ecs_id(record: Record) -> str | None:
    """Return the Elastic Common Schema's `event.id`, nested or dotted."""
    event = record.get("event")
    value: Any = event.get("id") if type(event) is dict else record.get("event.id")
    return value if type(value) is str and value else None


def fitting(name: str) -> str:
    """Return a name itself if `message_id` can be it, else its digest."""
    if len(name) <= LONGEST_NAME and name.isascii() and name.isprintable():
        return name
    return digest(name.encode("utf-8", "surrogatepass"))
