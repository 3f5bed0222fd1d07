"""kombu's envelope: how transports without AMQP properties carry a message, and back.

The envelope is a JSON object: `body` (in base64 as `properties.body_encoding` says), `headers`,
`content-type`, `content-encoding` and `properties`, which hold the other AMQP properties and
`delivery_info` (exchange, routing key). See `kombu.transport.virtual`.

1. The body comes out as the bytes that the sender gave to kombu; nothing of it is decoded here.
2. Whatever else lies in the queue (an event that a shipper pushed into a Redis list, say) is a
   message too: its bytes are its body. Nothing raises.
3. What kombu compressed is expanded here, at most to `MOST_BYTES`; kombu itself has no bound.
"""

from __future__ import annotations

import zlib
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any, NamedTuple

from kombu.utils.json import dumps, loads

from mqworker.core.message import PlainProperties

MOST_BYTES = 64 * 1024 * 1024
"""More than a message may have; what would be larger stays compressed, and is refused as such."""

ZLIB_NAMES = frozenset({"application/x-gzip", "gzip", "zlib"})
"""What kombu calls zlib's format (RFC 1950)."""


class Opened(NamedTuple):
    """What was in an envelope."""

    body: bytes
    properties: PlainProperties
    exchange: str = ""
    routing_key: str = ""
    redelivered: bool = False


def open_entry(entry: bytes, queue: str) -> Opened:
    """Open what lay in a queue, an envelope or not.

    Args:
        entry: as it was stored.
        queue: where it lay; the routing key of what is no envelope.
    """
    envelope = parsed(entry)
    opened = open_envelope(envelope) if envelope is not None else None
    return opened or Opened(entry, PlainProperties(), "", queue)


def parsed(entry: bytes) -> dict[str, Any] | None:
    """Return the envelope, None if it is none."""
    try:
        envelope = loads(entry)
    except Exception:  # noqa: BLE001 - anyone may have put anything there: it is no envelope then
        return None
    return envelope if is_envelope(envelope) else None


def is_envelope(value: Any) -> bool:
    """Tell whether kombu wrote it: nobody else names a delivery tag."""
    if not isinstance(value, dict) or "body" not in value:
        return False
    properties = value.get("properties")
    return isinstance(properties, dict) and "delivery_tag" in properties


def open_envelope(envelope: Mapping[str, Any]) -> Opened | None:
    """Open an envelope; None when its body can't be read."""
    carried = table(envelope.get("properties"))
    body = body_of(envelope.get("body"), carried.get("body_encoding"))
    if body is None:
        return None
    body, headers = expanded(body, table(envelope.get("headers")))
    info = table(carried.get("delivery_info"))
    again = headers.pop("redelivered", None) is True or info.get("redelivered") is True
    exchange, routing_key = text(info.get("exchange")), text(info.get("routing_key"))
    properties = properties_of(envelope, carried, headers)
    return Opened(body, properties, exchange or "", routing_key or "", again)


def properties_of(
    envelope: Mapping[str, Any], carried: Mapping[str, Any], headers: dict[str, Any]
) -> PlainProperties:
    """Return the AMQP properties that an envelope carries."""
    return PlainProperties(
        content_type=text(envelope.get("content-type")),
        content_encoding=text(envelope.get("content-encoding")),
        headers=headers or None,
        delivery_mode=number(carried.get("delivery_mode")),
        priority=number(carried.get("priority")),
        correlation_id=text(carried.get("correlation_id")),
        reply_to=text(carried.get("reply_to")),
        expiration=text(carried.get("expiration")),
        message_id=text(carried.get("message_id")),
        timestamp=number(carried.get("timestamp")),
        type=text(carried.get("type")),
        user_id=text(carried.get("user_id")),
        app_id=text(carried.get("app_id")),
        cluster_id=text(carried.get("cluster_id")),
    )


def body_of(body: Any, encoding: Any) -> bytes | None:
    """Return the body's bytes, None when it is not what kombu writes."""
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body if encoding != "base64" else unbase64(body)
    if not isinstance(body, str):
        return None
    return unbase64(body) if encoding == "base64" else body.encode("utf-8", "surrogatepass")


def unbase64(body: bytes | str) -> bytes | None:
    """Decode base64, None when it is not."""
    try:
        return b64decode(body, validate=True)
    except ValueError:
        return None


def expanded(body: bytes, headers: dict[str, Any]) -> tuple[bytes, dict[str, Any]]:
    """Undo kombu's compression, where it is zlib's; returns the headers without the mark of it."""
    if headers.get("compression") not in ZLIB_NAMES:
        return body, headers
    expander = zlib.decompressobj()
    try:
        plain = expander.decompress(body, MOST_BYTES)
    except zlib.error:
        return body, headers
    if not expander.eof:
        return body, headers
    return plain, {name: value for name, value in headers.items() if name != "compression"}


def table(value: Any) -> dict[str, Any]:
    """Return a copy of the table, an empty one when it is none."""
    return dict(value) if isinstance(value, Mapping) else {}


def text(value: Any) -> str | None:
    """Return a property that is a text in AMQP."""
    return value if value is None or isinstance(value, str) else str(value)


def number(value: Any) -> int | None:
    """Return a property that is a number in AMQP; a timestamp may be a datetime to kombu."""
    if isinstance(value, datetime):
        return int(value.timestamp())
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return int(value)


def marked_again(entry: bytes) -> bytes:
    """Return the entry with the mark that it was delivered before, where it can carry one."""
    envelope = parsed(entry)
    # Where the entry itself is the body, a mark would make another message of it.
    if envelope is None or open_envelope(envelope) is None:
        return entry
    properties = envelope["properties"]
    properties["delivery_info"] = {**table(properties.get("delivery_info")), "redelivered": True}
    return bytes(dumps(envelope), "utf-8")
