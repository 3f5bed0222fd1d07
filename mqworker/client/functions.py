"""Functions that share one client, for programs that send events without logging."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mqworker.client.client import Client
from mqworker.client.settings import Settings

SHARED: list[Client] = []
"""The client that `configure` made last, if any."""


def configure(url: str, **settings: Any) -> Client:
    """Make the client that the functions below use; one made before is closed.

    Args:
        url: of an intake (http://, https://) or of RabbitMQ (amqp://, amqps://).
        settings: see `mqworker.client.settings.Settings`.

    Raises:
        ValueError: the URL makes no sense.
        TypeError: there is no such setting.
    """
    client = Client(Settings(url=url, **settings))
    close()
    SHARED.append(client)
    return client


def shared() -> Client:
    """Return the client.

    Raises:
        RuntimeError: `configure` has not been called.
    """
    if not SHARED:
        raise RuntimeError("call mqworker.client.configure first")
    return SHARED[-1]


def send(summary: str, **fields: Any) -> str | None:
    """Send an event: see `mqworker.client.Client.send`."""
    return shared().send(summary, **fields)


def send_event(event: Mapping[str, Any], event_id: str | None = None) -> str | None:
    """Send an event as it is: see `mqworker.client.Client.send_event`."""
    return shared().send_event(event, event_id)


def flush(limit_s: float = 10.0) -> bool:
    """Wait until everything has been confirmed, `limit_s` seconds at most; True if it has."""
    return shared().flush(limit_s)


def close() -> None:
    """Send what is left, within `exit_s` seconds, and stop."""
    while SHARED:
        SHARED.pop().close()
