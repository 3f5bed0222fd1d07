"""Who a message is: the same at every delivery of it, so that storing it twice stores it once.

1. The header `x-mqworker-identity`, which a dead letter carries, so that a replay keeps it.
2. Else the AMQP `message_id`, as the sender (or the intake) stamped it.
3. Else a 128-bit digest of the body: equal bodies are one document, unless `salt` says otherwise.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, Final

from mqworker.core.message import Delivery

IDENTITY_HEADER: Final = "x-mqworker-identity"

LONGEST_ID: Final = 480
"""Bytes; Elasticsearch takes 512 in an `_id`, and a position of several is appended to it."""


def identify(delivery: Delivery, salt: bytes = b"") -> str:
    """Return the message's identity, at most `LONGEST_ID` bytes of it.

    Args:
        delivery: the message.
        salt: empty, equal bodies without a message_id are one document. Otherwise each delivery
            of such a message gets an identity of its own (a redelivery then doubles it); the
            salt must be new for each process.
    """
    properties: Any = delivery.properties  # a sender's message_id may be anything
    headers = properties.headers
    named = (headers and headers.get(IDENTITY_HEADER)) or properties.message_id
    if named:
        return fitting(named)
    if salt:
        return digest(salt + b"%d:%d:" % delivery.tag + delivery.body)
    return digest(delivery.body)


def fitting(name: object) -> str:
    """Return `name` itself when it can be a document's ID, else its digest."""
    text = name if isinstance(name, str) else repr(name)
    if len(text) <= LONGEST_ID and text.isascii() and text.isprintable():
        return text
    return digest(text.encode("utf-8", "surrogatepass"))


def digest(data: bytes) -> str:
    """Return a 128-bit digest in hexadecimal."""
    return blake2b(data, digest_size=16).hexdigest()


def position_id(identity: str, position: int, *, several: bool) -> str:
    """Return the ID of the event at `position` (from 0) of a message."""
    return f"{identity}:{position}" if several else identity
