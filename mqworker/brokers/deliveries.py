"""pika's connection for one that consumes: how it reads is ours.

Deliveries are most of what such a connection carries. They are taken out of the stream
(`mqworker.brokers.frames`), and every other frame goes its ordinary way through pika. That costs a
small part of pika's time for a delivery, and no property that a sender may write can close the
connection (see `mqworker.brokers.content`).
"""

from __future__ import annotations

from typing import Any

import pika

from mqworker.brokers.frames import Deliver, DeliveryReader

RECEIVED_AT_ONCE = 65_536
"""Bytes. pika asks the socket for 4,096, which are six events."""


class ConsumerConnection(pika.SelectConnection):  # type: ignore[misc] # pika has no types
    """pika's connection, but for how it reads deliveries."""

    def __init__(self, deliver: Deliver, *args: Any, **kwargs: Any) -> None:
        """Connect; `deliver` is called for each delivery, the rest is for pika."""
        self.reader = DeliveryReader(deliver, super()._on_data_available)
        super().__init__(*args, **kwargs)

    def _proto_connection_made(self, transport: Any) -> None:
        """Take over a transport that has just connected: pika's seam above it."""
        transport._MAX_RECV_BYTES = RECEIVED_AT_ONCE  # noqa: SLF001 - it has no option for that
        super()._proto_connection_made(transport)

    def _on_data_available(self, data: bytes) -> None:
        """Take bytes from the socket: pika's own seam between transport and protocol."""
        self.bytes_received += len(data)  # what its heartbeat looks at
        self.reader.feed(data)
